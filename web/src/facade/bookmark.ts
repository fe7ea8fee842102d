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
  /** What is stored, as far as this page knows. */
  #stored: string;

  constructor() {
    this.#text = this.#stored = stored();
  }

  /** Python's own words for it; `""` when there is none. */
  read(): string {
    return this.#text;
  }

  write(text: string): void {
    this.#text = text;
    try {
      sessionStorage.setItem(KEY, text);
      this.#stored = text;
    } catch {
      // A sandboxed frame, a full or forbidden storage.
    }
  }

  /** Goes on from where another page of this tab has got to, if one was there. */
  reread(): void {
    const found = stored();
    if (found !== this.#stored) this.#text = this.#stored = found;
  }
}

function stored(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
