/** Where in its tab a page is: what tells the frames of a tab apart, and stays the same over their reloads. */

/** The title of the hidden frame in which Python may run. */
export const HIDDEN_FRAME = "easyCIM toolbar";

/** Gives the path to this page's frame from the top of its tab: `""` for the top, `/1/0` for a frame within a frame. */
export function framePath(): string {
  let path = "";
  for (let view: Window = window; view !== view.parent; view = view.parent) path = `/${position(view)}${path}`;
  return path;
}

/** Gives a frame's number among those of its parent. */
function position(view: Window): number {
  const frame = elementOf(view);
  // Hidden frames come and go with the runtimes of the parent's own toolbar: they must not move the others.
  const others = `:is(iframe, frame):not([title="${HIDDEN_FRAME}"])`;
  const place = frame ? [...frame.ownerDocument.querySelectorAll(others)].indexOf(frame) : -1;
  if (place >= 0) return place;
  for (let at = 0; at < view.parent.length; at += 1) if (view.parent[at] === view) return at;
  return -1;
}

/** Gives the element that a page is in; null where the parent is of another origin, and lets nobody look. */
function elementOf(view: Window): Element | null {
  try {
    return view.frameElement;
  } catch {
    return null;
  }
}
