// Saving outcomes. Each contact has a sheet of its own, so that what was typed for one is never saved with another.
import { button, byId, replace } from "./page.js";
import { Sheet } from "./sheet.js";

export class Saving {
  #easycim;
  #on;
  #sheets = new Map();
  #shown;

  /**
   * @param on.atDesk says whether a ContactID is at the desk
   * @param on.taken called with the contact (null for none) of a sheet that the operator goes back to
   * @param on.saved called with the answer when the contact that is shown was saved
   */
  constructor(easycim, on) {
    this.#easycim = easycim;
    this.#on = on;
  }

  /** Shows a contact's sheet as it was left; null is for no contact. */
  offer(contact) {
    const sheet = this.#sheetOf(contact);
    // Put in its place once more, it would lose the focus.
    if (sheet !== this.#shown) byId("sheet").replaceChildren(sheet.element);
    this.#shown = sheet;
    this.tidy();
  }

  /** Has a contact's sheet ready, for when the operator takes it. */
  keep(contact) {
    this.#sheetOf(contact);
    this.tidy();
  }

  /** Whether the operator works on the sheet that is shown: nothing takes its place by itself. */
  get busy() {
    return this.#isWorked(this.#shown);
  }

  shows(contact) {
    return this.#shown === this.#sheets.get(keyOf(contact));
  }

  /** Lists what is worked on beside what is shown, and forgets the rest. */
  tidy() {
    const others = [];
    for (const [key, sheet] of this.#sheets) {
      if (sheet === this.#shown) continue;
      if (this.#isWorked(sheet)) others.push(sheet);
      else this.#sheets.delete(key);
    }
    byId("others").hidden = others.length === 0;
    replace(byId("others").querySelector(".actions"), others.map((sheet) => this.#entry(sheet)));
  }

  forget() {
    this.#sheets.clear();
    this.offer(null);
  }

  #sheetOf(contact) {
    const key = keyOf(contact);
    if (!this.#sheets.has(key)) {
      const sheet = new Sheet(this.#easycim, (answer) => this.#answered(sheet, answer));
      this.#sheets.set(key, sheet);
    }
    const found = this.#sheets.get(key);
    found.belongTo(contact);
    return found;
  }

  #isWorked(sheet) {
    return sheet.begun || (sheet.unsaved && this.#on.atDesk(sheet.contact.contactId));
  }

  #answered(sheet, answer) {
    this.tidy();
    if (answer && sheet.contact && sheet === this.#shown) this.#on.saved(answer);
  }

  #entry(sheet) {
    return button(`Passa a ${sheet.title}`, `${sheet.contact ? sheet.contact.ecid : ""} take`, () => {
      this.#on.taken(sheet.contact);
      sheet.focus();
    });
  }
}

// A customer who calls again is another contact: the first one's work is still to be saved with it.
function keyOf(contact) {
  return contact ? `${contact.contactId || ""} ${contact.ecid}` : "";
}
