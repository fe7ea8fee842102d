/**
 * How far this page has got in the stream of events, so that after a reload or a navigation nothing is missing and
 * nothing comes twice. In sessionStorage, which a tab has for itself; never localStorage, which pages clear. The frames
 * of a tab that are of one origin share it, so each has a key of its own.
 */
import { framePath } from "./frames";

const KEY = `toolbar-py${framePath()}`;

/** Whose stream a bookmark is a place in: what follows its number, as toolbar_py/page/seat.py writes it. */
export function ownerOf(bookmark: string): string {
  return bookmark.slice(bookmark.indexOf(" ") + 1);
}

export class Bookmark {
  /** Also for pages that may not store anything: then at least a new runtime on the same page goes on from here. */
  #text: string;

  constructor() {
    this.#text = stored();
  }

  /** Python's own words for it; `""` when there is none. */
  read(): string {
    return this.#text;
  }

  write(text: string): void {
    this.#text = text;
    try {
      sessionStorage.setItem(KEY, text);
    } catch {
      // A sandboxed frame, a full or forbidden storage.
    }
  }
}

function stored(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
