// What every part of the page uses to show something.

export function byId(id) {
  return document.getElementById(id);
}

/** Puts a text into one of the page's places; `kind` is "good", "wait", "bad" or nothing. */
export function say(id, text, kind) {
  const place = byId(id);
  const chip = place.classList.contains("chip");
  place.textContent = text;
  place.className = `${chip ? "chip" : "result"} ${kind || ""}`.trim();
}

/** A copy of what a template holds. */
export function fromTemplate(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}

/** What a person is told when a Promise rejects. */
export function refusal(error) {
  return error.outcomeKnown === false ? error.message : `Non riuscito: ${error.message}`;
}
