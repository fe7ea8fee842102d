// The record of what was called and what came: every call with what its Promise gave, and every event.
import { byId, fromTemplate } from "./page.js";

const TEXT_MAX = 40;
const ENTRIES_MAX = 60;

/** Lists a call, and gives its Promise back. */
export function show(method, values, promise) {
  const item = fromTemplate("answer-entry");
  const chip = item.querySelector(".chip");
  const startedAt = performance.now();
  item.querySelector("code").textContent = `${method}(${values.map(shortened).join(", ")})`;
  item.querySelector("pre").setAttribute("aria-label", `Risposta di ${method}`);
  chip.textContent = "in attesa";
  byId("no-answers").hidden = true;
  byId("answers").querySelectorAll("details").forEach((earlier) => (earlier.open = false));
  prepend(byId("answers"), item);

  function settled(word, kind, answer) {
    chip.textContent = word;
    chip.classList.add(kind);
    item.className = kind;
    item.dataset.settled = "";
    const took = Math.round(performance.now() - startedAt);
    item.querySelector("time").textContent = `${took} ms, alle ${new Date().toLocaleTimeString("it")}`;
    item.querySelector("pre").textContent = pretty(answer);
  }
  promise.then((answer) => {
    if (answer && answer.error) settled("risolta con un errore", "bad", answer);
    else if (answer && answer.readOnly) settled("risolta, sola lettura", "wait", answer);
    else settled("risolta", "good", answer);
  }, (error) => {
    settled(error.outcomeKnown === false ? "rifiutata, esito ignoto" : "rifiutata", "bad", error);
  });
  return promise;
}

/** Lists an event that the page's callback was called with. CallData is left out: it can hold a customer's words. */
export function note(data) {
  const item = document.createElement("li");
  const name = document.createElement("code");
  const time = document.createElement("time");
  name.textContent = data.event;
  time.textContent = new Date().toLocaleTimeString("it");
  item.append(name, ` ${data.id || data.agent || ""} `, time);
  byId("no-events").hidden = true;
  prepend(byId("events"), item);
}

export function forget() {
  for (const id of ["answers", "events"]) {
    byId(id).textContent = "";
    byId(`no-${id}`).hidden = false;
  }
}

function prepend(list, item) {
  list.prepend(item);
  while (list.children.length > ENTRIES_MAX) list.lastElementChild.remove();
}

// A long text would unfold whole in the heading of a folded entry.
function shortened(value) {
  if (typeof value === "string") return JSON.stringify(value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value);
  const text = JSON.stringify(value);
  return text && text.length > 2 * TEXT_MAX ? `${text.slice(0, 2 * TEXT_MAX)}…` : text;
}

// JSON with its innermost objects on one line each.
function pretty(answer) {
  return JSON.stringify(answer, null, 2).replace(/\{\n\s+([^{}[\]]+?)\n\s+\}/g, (_, members) => {
    return `{ ${members.replace(/\n\s+/g, " ")} }`;
  });
}
