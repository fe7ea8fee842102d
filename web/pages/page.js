// What every part of the page uses to show something.

export function byId(id) {
  return document.getElementById(id);
}

/** Puts a text into one of the page's places; `kind` is "good", "wait", "bad" or nothing. */
export function say(id, text, kind) {
  sayIn(byId(id), text, kind);
}

/** The same for a place that need not be on the page now. */
export function sayIn(place, text, kind) {
  const chip = place.classList.contains("chip");
  place.textContent = text;
  place.className = `${chip ? "chip" : "result"} ${kind || ""}`.trim();
}

/** A copy of what a template holds. */
export function fromTemplate(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}

/** A button of the second rank; `key` names it when it is made anew. */
export function button(label, key, onClick) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "second";
  made.textContent = label;
  made.dataset.key = key;
  made.addEventListener("click", onClick);
  return made;
}

/** Puts new items into a place. A button that has the focus keeps it, as long as it is still there. */
export function replace(place, items) {
  const focused = place.contains(document.activeElement) && document.activeElement.dataset.key;
  place.replaceChildren(...items);
  if (focused) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

/** What a person is told when a Promise rejects. */
export function refusal(error) {
  return error.outcomeKnown === false ? error.message : `Non riuscito: ${error.message}`;
}
