// The operator's state, and the contacts at the desk as the callback tells them.
import { note, show } from "./answers.js";
import { button, byId, fromTemplate, refusal, replace, say } from "./page.js";

const STATES = {
  LOGGEDIN: ["Disponibile: i contatti arrivano.", "good"],
  PAUSED: ["In pausa.", "wait"],
  LOGGEDOUT: ["Non connesso: con Login si diventa disponibili.", ""],
};

const EVENTS_OF_STATES = { "AGENT:LOGGEDIN": "LOGGEDIN", "AGENT:PAUSE": "PAUSED", "AGENT:LOGGEDOUT": "LOGGEDOUT" };

// What an event says of where the contact stands, in the words of a person, and what can be done then.
const PHASES = {
  POPUP: ["in arrivo", "wait", ["Answer"]],
  connectionstarted: ["in avvio", "wait", ["Answer", "Hangup"]],
  serviceinitiated: ["in avvio", "wait", ["Hangup"]],
  dialing: ["chiamata in corso", "wait", ["Hangup"]],
  ringing: ["squilla", "wait", ["Answer", "Hangup"]],
  established: ["in conversazione", "good", ["Hold", "Hangup"]],
  held: ["in attesa", "wait", ["Hold", "Hangup"]],
  connectioncleared: ["dopo chiamata", "", ["OfflineEnd"]],
};

const MEDIA = { chat: "chat", email: "e-mail" };

const LABELS_OF_DIALLED = { Answer: "Chiama" };
const LABELS_OF_HELD = { Hold: "Riprendi" };
const LABELS = { Answer: "Rispondi", Hold: "Metti in attesa", Hangup: "Riaggancia", OfflineEnd: "Fine dopo chiamata" };

export class Attendance {
  #toolbar;
  #script;
  #onDesk;
  #contacts = new Map();
  #opened = new Set();
  #present = false;

  /**
   * @param script opens the scripts of contacts that come
   * @param onDesk called when contacts have come, gone or changed
   */
  constructor(toolbar, script, onDesk) {
    this.#toolbar = toolbar;
    this.#script = script;
    this.#onDesk = onDesk;
    toolbar.CONTACT.bindContactCallback((_event, data) => this.#hear(data));
    byId("agent-actions").addEventListener("click", (event) => {
      if (event.target.dataset.method) this.#ask("AGENT", event.target.dataset.method, [], "agent-state");
    });
    byId("call").addEventListener("submit", (event) => this.#call(event));
    // What was asked for in an outage may have been done, and events may be lost in a long one.
    window.addEventListener("toolbar:connection", ({ detail }) => {
      if (this.#present && detail.state === "open") this.#look();
    });
  }

  /** Somebody has signed in. */
  begin() {
    this.#present = true;
    this.#look();
  }

  has(contactId) {
    return this.#contacts.has(contactId);
  }

  forget() {
    this.#present = false;
    this.#contacts.clear();
    this.#opened.clear();
    byId("call").reset();
    say("agent-state", "");
    say("call-result", "");
    this.#draw();
  }

  // Finds out how things stand.
  async #look() {
    try {
      this.#showState(await this.#toolbar.AGENT.getAgentState());
      const there = await this.#toolbar.CONTACT.getContactList();
      if (!this.#present) return;
      const ids = new Set(there.map(({ id }) => id));
      for (const id of this.#contacts.keys()) if (!ids.has(id)) this.#drop(id);
      const found = there.filter(({ id }) => !this.#contacts.has(id));
      for (const data of found) this.#take(data);
      this.#draw();
      for (const data of found) {
        const known = this.#present && (await this.#script.recall(data.id));
        if (known) this.#opened.add(data.id);
        else this.#openByItself(data);
      }
    } catch (error) {
      if (this.#present) say("agent-state", refusal(error), "bad");
    }
  }

  #hear(data) {
    if (!this.#present) return;
    note(data);
    if (data.event in EVENTS_OF_STATES) {
      this.#showState(data.code ? `PAUSEDSUBSTATE:${data.code}` : EVENTS_OF_STATES[data.event]);
      return;
    }
    if (data.event === "DELETE") this.#drop(data.id);
    else this.#take(data);
    this.#draw();
    this.#openByItself(data);
  }

  #drop(id) {
    this.#contacts.delete(id);
    this.#opened.delete(id);
  }

  #take(data) {
    const before = this.#contacts.get(data.id);
    const event = data.event === "retrieved" ? "established" : data.event;
    // CallData changes in every phase. What was there before this page came has only its last event to go by.
    const last = data.endTime ? "connectioncleared" : "established";
    this.#contacts.set(data.id, { data, phase: event in PHASES ? event : before ? before.phase : last });
  }

  // Opens the script of a contact as soon as it is known which one; those of a manual call come without POPUP.
  #openByItself(data) {
    if (!byId("call").elements.auto.checked || this.#opened.has(data.id) || !this.#contacts.has(data.id)) return;
    const open = this.#opening(data);
    if (!open) return;
    this.#opened.add(data.id);
    open(true);
  }

  // Gives what opens the script of a contact; nothing for a call of one's own that is no contact's of a campaign.
  #opening(data) {
    const ecid = this.#toolbar.CONTACT.GetCallDataValueByName(data, "ECID");
    if (ecid) return (byItself) => this.#script.openFor(data, ecid, byItself);
    return data.type === "inbound" ? (byItself) => this.#script.openInboundFor(data.id, byItself) : null;
  }

  #showState(state) {
    const [text, kind] = STATES[state] || [`In pausa: ${state.split(":")[1]}.`, "wait"];
    say("agent-state", text, kind);
    const current = state === "LOGGEDIN" ? "Login" : state === "LOGGEDOUT" ? "Logout" : "Pause";
    for (const button of byId("agent-actions").children) {
      button.setAttribute("aria-pressed", String(button.dataset.method === current));
    }
    byId("no-calls").textContent =
      state === "LOGGEDOUT" ? "Nessun contatto: l'operatore non è connesso." : "Nessun contatto: se ne attende uno.";
  }

  #ask(namespace, method, values, place) {
    show(`${namespace}.${method}`, values, this.#toolbar[namespace][method](...values)).then(
      () => place === "call-result" && say(place, ""),
      (error) => say(place, refusal(error), "bad"),
    );
  }

  #call(event) {
    event.preventDefault();
    const form = event.target.elements;
    const ecid = form.ecid.value.trim();
    const data = ecid && `ECID=${ecid}`;
    this.#ask("CONTACT", "MakeCall", [form.number.value, "", "", "", data], "call-result");
  }

  #draw() {
    byId("no-calls").hidden = this.#contacts.size > 0;
    replace(byId("calls"), [...this.#contacts.values()].map((contact) => this.#entry(contact)));
    this.#onDesk();
  }

  #entry({ data, phase }) {
    const item = fromTemplate("call-entry");
    const [word, kind, actions] = PHASES[phase];
    const ecid = this.#toolbar.CONTACT.GetCallDataValueByName(data, "ECID");
    item.querySelector("strong").textContent = (data.type === "inbound" ? data.ani : data.dnis) || data.id;
    item.querySelector(".chip").textContent = word;
    if (kind) item.querySelector(".chip").classList.add(kind);
    const about = [ecid, MEDIA[data.media_type], data.job_type, data.id];
    item.querySelector(".hint").textContent = about.filter(Boolean).join(" · ");
    const open = this.#opening(data);
    const openByHand = () => {
      this.#opened.add(data.id);
      open(false);
    };
    const buttons = open ? [button("Apri lo script", `${data.id} open`, openByHand)] : [];
    for (const action of actions) {
      const dials = data.type !== "inbound";
      // A preview is answered by dialling it; what is dialled the customer answers.
      if (action === "Answer" && dials && phase !== "POPUP") continue;
      const label = (dials && LABELS_OF_DIALLED[action]) || (phase === "held" && LABELS_OF_HELD[action]) || LABELS[action];
      const act = () => this.#ask("CONTACT", action, [data.id], "call-result");
      buttons.push(button(label, `${data.id} ${action}`, act));
    }
    item.querySelector(".actions").append(...buttons);
    return item;
  }
}
