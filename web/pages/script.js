// Opening scripts and reading contacts.
import { show } from "./answers.js";
import { byId, say } from "./page.js";

export class Script {
  #easycim;
  #onContact;

  /** @param onContact called with each contact that is shown, and with null for none */
  constructor(easycim, onContact) {
    this.#easycim = easycim;
    this.#onContact = onContact;
    byId("open").addEventListener("submit", (event) => this.#submit(event));
  }

  /** Opens the script of a contact that has come to the desk. */
  openFor(contactId, ecid) {
    const values = [contactId, ecid, false];
    return this.#follow(show("openScript", values, this.#easycim.openScript(...values)));
  }

  /** Opens a new script for a contact that called in. */
  openInboundFor(contactId) {
    return this.#follow(show("openScriptInbound", [contactId], this.#easycim.openScriptInbound(contactId)));
  }

  /** Shows a contact as the toolbar has it, without listing the call. */
  refresh(contactId) {
    return this.#follow(this.#easycim.getContactInfo(contactId));
  }

  forget() {
    byId("open").reset();
    byId("contact").textContent = "";
    byId("attempts").hidden = true;
    say("contact-state", "Nessun contatto aperto.");
    this.#onContact(null);
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
    say("save-result", "");
    this.#follow(show(method, values, this.#easycim[method](...values)));
  }

  #follow(promise) {
    return promise.then((contact) => this.#show(contact), (error) => this.#show({ error: error.message }));
  }

  #show(contact) {
    const list = byId("contact");
    list.textContent = "";
    byId("attempts").hidden = true;
    if (contact.error) {
      say("contact-state", contact.error, "bad");
      return;
    }
    say("contact-state", ...stateOf(contact));
    row(list, "ECID", contact.ecid);
    if (contact.contactId) row(list, "ContactID", contact.contactId);
    row(list, "Campagna", contact.macroActivity + (contact.campaign ? ` · ${contact.campaign}` : ""));
    if (contact.phoneNumber) row(list, "Telefono", contact.phoneNumber);
    contact.listFieldValueList.forEach((field) => row(list, field.fieldName, field.value));
    showAttempts(contact.attempts || []);
    this.#onContact(contact);
  }
}

function stateOf(contact) {
  // To be closed is how a contact's work ends, and nothing that went wrong.
  if (contact.terminated) return ["Chiuso: si può solo leggere."];
  if (contact.readOnly) return [`Sola lettura: riservato a ${contact.reservedBy}.`, "wait"];
  if (contact.result === true || contact.state === "RESERVED") return ["Aperto: riservato a te.", "good"];
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
