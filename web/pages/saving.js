// Saving an outcome.
import { show } from "./answers.js";
import { byId, fromTemplate, say } from "./page.js";

const OTHER = "*";

export class Saving {
  #easycim;
  #onSaved;

  /** @param onSaved called with the answer of each save */
  constructor(easycim, onSaved) {
    this.#easycim = easycim;
    this.#onSaved = onSaved;
    byId("add-label").addEventListener("click", addLabel);
    byId("save").elements.outcome.addEventListener("change", showOther);
    byId("save").addEventListener("submit", (event) => this.#submit(event));
  }

  /** Offers the outcomes of a contact, or any text when there is none. */
  offer(contact) {
    const form = byId("save").elements;
    const outcomes = contact ? contact.outcomes : [];
    form.contactId.value = contact ? contact.contactId || contact.ecid : "";
    form.outcome.textContent = "";
    if (contact) form.outcome.append(new Option("Scegli…", ""));
    form.outcome.append(...outcomes.map(({ code, label }) => new Option(label, code)), new Option("Altro…", OTHER));
    showOther();
  }

  forget() {
    byId("save").reset();
    byId("labels").textContent = "";
    say("save-result", "");
    this.offer(null);
  }

  #submit(event) {
    event.preventDefault();
    const form = event.target.elements;
    const labels = [...document.querySelectorAll("#labels .label-row")].map((line) => {
      const [name, value] = line.querySelectorAll("input");
      return { name: name.value, value: value.value };
    });
    const outcome = form.outcome.value === OTHER ? form.other.value : form.outcome.value;
    const values = [form.contactId.value, outcome, form.offlineEnd.checked, form.note.value, labels];
    say("save-result", "");
    show("saveScript", values, this.#easycim.saveScript(...values)).then((answer) => {
      say("save-result", `Salvato: ${answer.outcome}, ${answer.terminated ? "contatto chiuso." : "da richiamare."}`, "good");
      form.other.value = form.note.value = byId("labels").textContent = "";
      return this.#onSaved(answer);
    }, (error) => {
      // It may have been saved: to say that it was not would have people save twice.
      if (error.outcomeKnown === false) say("save-result", `Forse salvato: ${error.message}`, "wait");
      else say("save-result", `Non salvato: ${error.message}`, "bad");
    });
  }
}

function showOther() {
  const form = byId("save").elements;
  const other = form.outcome.value === OTHER;
  byId("other-outcome").hidden = byId("outcome-hint").hidden = !other;
  form.other.required = other;
}

function addLabel() {
  const line = fromTemplate("label-row");
  line.querySelector("button").addEventListener("click", () => {
    line.remove();
    byId("add-label").focus();
  });
  byId("labels").append(line);
  line.querySelector("input").focus();
}
