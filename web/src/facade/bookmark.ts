/**
 * How far this page has got in the stream of events, so that after a reload or a navigation nothing is missing and
 * nothing comes twice. In sessionStorage, which a tab has for itself; never localStorage, which pages clear. The frames
 * of a tab that are of one origin share it, so each has a key of its own.
 */
import { framePath } from "./frames";

const KEY = `toolbar-py${framePath()}`;

/** Whose stream a bookmark is a place in: its second word, as toolbar_py/page/seat.py writes it. */
export function ownerOf(bookmark: string): string {
  return bookmark.split(" ")[1] ?? "";
}

/** Since when the page itself is there: the third word, which another page has no use for. */
function sinceOf(bookmark: string): string {
  return bookmark.split(" ")[2] ?? "";
}

function placeOf(bookmark: string): string {
  return bookmark.split(" ", 2).join(" ");
}

function numberOf(bookmark: string): number {
  return Number.parseInt(bookmark, 10);
}

export class Bookmark {
  /** Where this page has got to, and a new runtime on it goes on from. */
  #text: string;
  /** Where the next page in this tab goes on from, as far as this one knows: what is stored, if anything can be. */
  #stored: string;

  constructor() {
    this.#text = this.#stored = stored();
  }

  /** Python's own words for it; `""` when there is none. */
  read(): string {
    return this.#text;
  }

  /** What is kept for the next page in this tab. */
  get kept(): string {
    return this.#stored;
  }

  /** Moves on; what this page is told from now on is not told to it again. */
  write(text: string): void {
    this.#text = text;
  }

  /** Keeps where this page has got to for the next one in this tab. */
  keep(): void {
    const place = placeOf(this.#text);
    if (place === this.#stored) return;
    try {
      sessionStorage.setItem(KEY, place);
      this.#stored = place;
    } catch {
      // A sandboxed frame, a full or forbidden storage.
    }
  }

  /**
   * Goes on from where another page of this tab has got to, if one was there and got further: the last that this one
   * heard while it was going may have been kept for the next one too.
   */
  reread(): void {
    const found = stored();
    if (!found || found === this.#stored) return;
    this.#stored = found;
    if (ownerOf(found) !== ownerOf(this.#text)) this.#text = found;
    else if (numberOf(found) > numberOf(this.#text)) this.#text = `${found} ${sinceOf(this.#text)}`.trimEnd();
  }
}

function stored(): string {
  try {
    return placeOf(sessionStorage.getItem(KEY) ?? "");
  } catch {
    return "";
  }
}
