// The form of one contact: what was chosen and typed for it, and what came of saving it.
import { show } from "./answers.js";
import { fromTemplate, sayIn } from "./page.js";

const OTHER = "*";

/** Whether a contact's script is open, and reserved for whoever asked. */
export function isOpen(contact) {
  return !contact.terminated && !contact.readOnly && (contact.result === true || contact.state === "RESERVED");
}

export class Sheet {
  /** What the page puts into its place. Out of it, it keeps what was typed. */
  element = fromTemplate("save-sheet");
  /** The contact it belongs to, as it was last shown; null for none. */
  contact = null;
  #easycim;
  #onAnswer;
  #form = this.element.querySelector("form");
  #labels = this.element.querySelector("#labels");
  #unsaved = false;
  #verdict = "";

  /** @param onAnswer called with each answer to a save of this sheet, and with null for a rejection */
  constructor(easycim, onAnswer) {
    this.#easycim = easycim;
    this.#onAnswer = onAnswer;
    this.#form.querySelector("#add-label").addEventListener("click", () => this.#addLabel());
    this.#form.elements.outcome.addEventListener("change", () => this.#showOther());
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.belongTo(null);
  }

  /** Takes the contact as it is now, with its outcomes; for null any outcome can be written. */
  belongTo(contact) {
    if (contact && contact === this.contact) return;
    const { contactId, outcome } = this.#form.elements;
    const chosen = this.#outcome() && outcome.value;
    this.contact = contact;
    this.#unsaved = contact !== null && isOpen(contact);
    // Opened again it is new work. What is merely read again leaves what was said.
    if (contact && contact.result === true) this.#tell("");
    if (contact) contactId.value = contact.contactId || contact.ecid;
    // Written over, it would save what belongs to one contact with another.
    contactId.readOnly = contact !== null;
    const outcomes = contact ? contact.outcomes.map(({ code, label }) => new Option(label, code)) : [];
    outcome.replaceChildren(...(contact ? [new Option("Scegli…", "")] : []), ...outcomes, new Option("Altro…", OTHER));
    if ([...outcome.options].some((option) => option.value === chosen)) outcome.value = chosen;
    this.#showOther();
  }

  /** Whether the contact's script waits for its outcome. */
  get unsaved() {
    return this.#unsaved;
  }

  /** Whether anything was chosen or typed that is not saved. */
  get begun() {
    const { contactId, note } = this.#form.elements;
    return Boolean(this.#outcome() || note.value || this.#labels.childElementCount || (!this.contact && contactId.value));
  }

  /** What it is called where it is not shown. */
  get title() {
    const { phoneNumber, ecid } = this.contact || {};
    return [phoneNumber, ecid || "senza contatto", this.#verdict.toLowerCase()].filter(Boolean).join(" · ");
  }

  focus() {
    this.#form.elements.outcome.focus();
  }

  #outcome() {
    const { outcome, other } = this.#form.elements;
    return outcome.value === OTHER ? other.value : outcome.value;
  }

  #submit(event) {
    event.preventDefault();
    const { contactId, offlineEnd, note } = this.#form.elements;
    const labels = [...this.#labels.children].map((line) => {
      const [name, value] = line.querySelectorAll("input");
      return { name: name.value, value: value.value };
    });
    const values = [contactId.value, this.#outcome(), offlineEnd.checked, note.value, labels];
    this.#tell("");
    // A second click would save twice, and what was typed meanwhile would go with what is saved.
    const release = this.#hold();
    show("saveScript", values, this.#easycim.saveScript(...values)).then((answer) => {
      release();
      this.#empty();
      this.#tell("Salvato", `${answer.outcome}, ${answer.terminated ? "contatto chiuso." : "da richiamare."}`, "good");
      this.#onAnswer(answer);
    }, (error) => {
      release();
      // It may have been saved: to say that it was not would have people save twice.
      if (error.outcomeKnown === false) this.#tell("Forse salvato", error.message, "wait");
      else this.#tell("Non salvato", error.message, "bad");
      this.#onAnswer(null);
    });
  }

  // Lets nobody change or send the form, until the function that it gives is called.
  #hold() {
    const focused = this.#form.contains(document.activeElement) ? document.activeElement : null;
    this.#form.inert = true;
    return () => {
      this.#form.inert = false;
      if (focused && document.activeElement === document.body) focused.focus();
    };
  }

  #empty() {
    const { contactId, outcome, other, note } = this.#form.elements;
    if (!this.contact) contactId.value = "";
    outcome.selectedIndex = 0;
    other.value = note.value = this.#labels.textContent = "";
    this.#unsaved = false;
    this.#showOther();
  }

  #tell(verdict, text, kind) {
    this.#verdict = verdict;
    sayIn(this.element.querySelector("#save-result"), verdict && `${verdict}: ${text}`, kind);
  }

  #showOther() {
    const { outcome, other } = this.#form.elements;
    const shown = outcome.value === OTHER;
    for (const part of this.#form.querySelectorAll("#other-outcome, #outcome-hint")) part.hidden = !shown;
    other.required = shown;
  }

  #addLabel() {
    const line = fromTemplate("label-row");
    line.querySelector("button").addEventListener("click", () => {
      line.remove();
      this.#form.querySelector("#add-label").focus();
    });
    this.#labels.append(line);
    line.querySelector("input").focus();
  }
}
