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

const LABELS = { Answer: "Rispondi", Hold: "Metti in attesa", Hangup: "Riaggancia", OfflineEnd: "Fine dopo chiamata" };

export class Attendance {
  #toolbar;
  #script;
  #onDesk;
  #contacts = new Map();
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
  }

  /** Somebody has signed in: finds out how things stand. */
  async begin() {
    this.#present = true;
    try {
      this.#showState(await this.#toolbar.AGENT.getAgentState());
      const there = await this.#toolbar.CONTACT.getContactList();
      if (!this.#present) return;
      for (const data of there) if (!this.#contacts.has(data.id)) this.#take(data);
      this.#draw();
      for (const data of there) if (this.#present) await this.#script.recall(data.id);
    } catch (error) {
      if (this.#present) say("agent-state", refusal(error), "bad");
    }
  }

  has(contactId) {
    return this.#contacts.has(contactId);
  }

  forget() {
    this.#present = false;
    this.#contacts.clear();
    byId("call").reset();
    say("agent-state", "");
    say("call-result", "");
    this.#draw();
  }

  #hear(data) {
    if (!this.#present) return;
    note(data);
    if (data.event in EVENTS_OF_STATES) {
      this.#showState(data.code ? `PAUSEDSUBSTATE:${data.code}` : EVENTS_OF_STATES[data.event]);
      return;
    }
    if (data.event === "DELETE") this.#contacts.delete(data.id);
    else this.#take(data);
    this.#draw();
    if (data.event === "POPUP" && byId("call").elements.auto.checked) this.#openByItself(data);
  }

  #take(data) {
    const before = this.#contacts.get(data.id);
    const event = data.event === "retrieved" ? "established" : data.event;
    // CallData changes in every phase. What was there before this page came has only its last event to go by.
    const last = data.endTime ? "connectioncleared" : "established";
    this.#contacts.set(data.id, { data, phase: event in PHASES ? event : before ? before.phase : last });
  }

  #openByItself(data) {
    const ecid = this.#toolbar.CONTACT.GetCallDataValueByName(data, "ECID");
    if (ecid) this.#script.openFor(data.id, ecid, true);
    else if (data.type === "inbound") this.#script.openInboundFor(data.id, true);
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
    item.querySelector(".hint").textContent = [ecid, data.job_type, data.id].filter(Boolean).join(" · ");
    const open = ecid ? () => this.#script.openFor(data.id, ecid) : () => this.#script.openInboundFor(data.id);
    const buttons = [button("Apri lo script", `${data.id} open`, open)];
    for (const action of actions) {
      const label = action === "Hold" && phase === "held" ? "Riprendi" : LABELS[action];
      const act = () => this.#ask("CONTACT", action, [data.id], "call-result");
      buttons.push(button(label, `${data.id} ${action}`, act));
    }
    item.querySelector(".actions").append(...buttons);
    return item;
  }
}
