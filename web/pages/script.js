// Opening scripts and reading contacts.
import { show } from "./answers.js";
import { byId, say } from "./page.js";
import { isOpen } from "./sheet.js";

export class Script {
  #easycim;
  #saving;
  #asked = 0;
  #session = 0;

  /** @param saving is given each contact that is shown or kept, and null for none */
  constructor(easycim, saving) {
    this.#easycim = easycim;
    this.#saving = saving;
    byId("open").addEventListener("submit", (event) => this.#submit(event));
  }

  /**
   * Opens the script of a contact that has come to the desk.
   *
   * @param byItself nobody has asked for it: it is shown only when the operator does not work on another one
   */
  openFor({ id, type }, ecid, byItself = false) {
    const values = [id, ecid, type === "outbound"];
    return this.#follow(show("openScript", values, this.#easycim.openScript(...values)), byItself);
  }

  /** Opens a new script for a contact that called in. */
  openInboundFor(contactId, byItself = false) {
    return this.#follow(show("openScriptInbound", [contactId], this.#easycim.openScriptInbound(contactId)), byItself);
  }

  /**
   * Shows what was opened in this browser for a contact at the desk: it outlives reloads, navigations and tabs.
   *
   * @returns whether anything was
   */
  async recall(contactId) {
    const known = show("getContactInfo", [contactId], this.#easycim.getContactInfo(contactId));
    // What was not opened here is not wrong, there is only nothing to show.
    if ((await settled(known)).error) return false;
    await this.#follow(known, true);
    return true;
  }

  /** Shows a contact that was saved as the toolbar has it, without listing the call. */
  async refresh(id) {
    const contact = await settled(this.#easycim.getContactInfo(id));
    if (!contact.error && this.#saving.shows(contact)) this.#show(contact);
  }

  /** Shows a contact that was shown before; null for none. */
  show(contact) {
    this.#asked += 1;
    this.#show(contact);
  }

  forget() {
    this.#session += 1;
    byId("open").reset();
    say("open-result", "");
    this.#show(null);
  }

  #submit(event) {
    event.preventDefault();
    const form = event.target.elements;
    const ecid = form.ecid.value;
    // In production the ContactID comes with the call.
    const action = event.submitter ? event.submitter.value : "open";
    if (action === "inbound" && !form.contactId.value) form.contactId.value = `demo-${Date.now()}@desk.example`;
    const contactId = form.contactId.value;
    const either = contactId || ecid;
    const calls = {
      open: ["openScript", [contactId, ecid, form.isManual.checked]],
      inbound: ["openScriptInbound", [contactId]],
      info: ["getContactInfo", [either]],
      infoWS: ["getContactInfoWS", [ecid]],
    };
    const [method, values] = calls[action];
    this.#follow(show(method, values, this.#easycim[method](...values)));
  }

  async #follow(promise, byItself = false) {
    if (!byItself) this.#asked += 1;
    const asked = this.#asked;
    const session = this.#session;
    const contact = await settled(promise);
    // What comes when the operator has left is not the next one's to see.
    if (session !== this.#session) return;
    const waits = asked !== this.#asked || (byItself && this.#saving.busy && !this.#saving.shows(contact));
    say("open-result", contact.error || "", contact.error && "bad");
    if (contact.error) {
      // The form of an earlier contact must not pass for that of the one that was asked for.
      if (!waits && !this.#saving.busy) this.#show(null);
    } else if (waits) this.#saving.keep(contact);
    else this.#show(contact);
  }

  // The card and the form change together: both are of one contact.
  #show(contact) {
    this.#saving.offer(contact);
    const list = byId("contact");
    list.textContent = "";
    byId("attempts").hidden = true;
    if (!contact) {
      say("contact-state", "Nessun contatto aperto.");
      return;
    }
    say("contact-state", ...stateOf(contact));
    row(list, "ECID", contact.ecid);
    if (contact.contactId) row(list, "ContactID", contact.contactId);
    row(list, "Campagna", contact.macroActivity + (contact.campaign ? ` · ${contact.campaign}` : ""));
    if (contact.phoneNumber) row(list, "Telefono", contact.phoneNumber);
    contact.listFieldValueList.forEach((field) => row(list, field.fieldName, field.value));
    showAttempts(contact.attempts || []);
  }
}

// The answer, or an object with `error` for a rejection: as the toolbar itself tells what goes wrong in easyCIM.
function settled(promise) {
  return promise.then((answer) => answer, (error) => ({ error: error.message }));
}

function stateOf(contact) {
  // To be closed is how a contact's work ends, and nothing that went wrong.
  if (contact.terminated) return ["Chiuso: si può solo leggere."];
  if (contact.readOnly) return [`Sola lettura: riservato a ${contact.reservedBy}.`, "wait"];
  if (isOpen(contact)) return ["Aperto: riservato a te.", "good"];
  return [contact.state === "NEW" ? "Libero: mai lavorato." : "Libero: da richiamare.", "good"];
}

function row(list, name, value) {
  const line = document.createElement("div");
  const term = document.createElement("dt");
  const text = document.createElement("dd");
  term.textContent = name;
  text.textContent = value;
  line.append(term, text);
  list.append(line);
}

function showAttempts(attempts) {
  const list = byId("attempts").querySelector("ul");
  list.textContent = "";
  byId("attempts").hidden = attempts.length === 0;
  for (const attempt of attempts) {
    const item = document.createElement("li");
    const labels = attempt.labels.map((label) => `${label.name} = ${label.value}`);
    const head = `${attempt.outcome}, ${attempt.agent}, ${new Date(attempt.at).toLocaleString("it")}`;
    for (const text of [head, attempt.note, labels.join(" · ")].filter(Boolean)) {
      const line = document.createElement("p");
      line.textContent = text;
      item.append(line);
    }
    list.append(item);
  }
}
