/** The contact callbacks of the page, and the events that wait for them (contract section 4). */
import { CALLBACK_EVENT } from "../generated/contract";
import { type Bookmark, ownerOf } from "./bookmark";
import { Leaving } from "./leaving";

export type ContactCallback = (event: Event, data: unknown) => unknown;

/** What waits at most while nothing is bound: many calls' worth; a page that never binds must not fill the memory. */
const WAITING_MAX = 500;
/**
 * How long a page that has begun to leave gets no events: they are the next page's. One that is still there after that,
 * because it began a download or the next page is slow to come, gets them then.
 */
const LEAVING_MS = 2_000;
/** The event that is never told twice in a tab, because pages navigate on it. */
const POPUP = "POPUP";

interface Waiting {
  readonly bookmark: string;
  /** JSON text of the event; null when there is only the place to keep. */
  readonly text: string | null;
}

export class Callbacks {
  readonly #bookmark: Bookmark;
  readonly #bound = new Set<ContactCallback>();
  #waiting: Waiting[] = [];
  #delivering = false;
  /** While the page may yet leave, what it is told is kept for the next page all the same. */
  readonly #leaving = new Leaving(() => this.#bookmark.keep());
  /** Why nothing is delivered at the moment, when something is bound: a pause that a timer ends. */
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** @param bookmark is moved before each event is delivered */
  constructor(bookmark: Bookmark) {
    this.#bookmark = bookmark;
  }

  /**
   * How far this page has got in the stream of events, with those that wait here: a new engine that were told an earlier
   * place would send them again. `""` when there is no place yet.
   */
  get reached(): string {
    return this.#waiting.filter(({ bookmark }) => bookmark !== "").at(-1)?.bookmark ?? this.#bookmark.read();
  }

  /** Has a function called with every event from now on, and with those that came while none was bound. */
  bind(callback: ContactCallback): void {
    const first = this.#bound.size === 0;
    this.#bound.add(callback);
    // Not at once: the page has not finished what it is doing, and may be about to bind a second one.
    if (first && this.#waiting.length > 0 && this.#pause === undefined) this.#pauseFor(0);
  }

  unbind(callback: ContactCallback): void {
    this.#bound.delete(callback);
  }

  /** Takes an event of the stream: it is delivered, or waits until it can be. */
  take(bookmark: string, text: string | null): void {
    // An outage tells much that is neither; in the queue it would push out what waits.
    if (bookmark === "" && text === null) return;
    // Those of a former operator are not for whoever has the page now.
    if (bookmark !== "") {
      this.#waiting = this.#waiting.filter((each) => each.bookmark === "" || ownerOf(each.bookmark) === ownerOf(bookmark));
    }
    this.#waiting.push({ bookmark, text });
    this.#deliver();
    if (this.#waiting.length > WAITING_MAX) this.#move({ ...this.#waiting.shift()!, text: null });
  }

  /** The page's token names another operator: what still waits is not the new one's to hear. */
  forget(): void {
    this.#waiting = [];
  }

  /** Calls every bound function with an event, each with objects of its own, whatever the others do with theirs. */
  call(text: string): void {
    for (const callback of [...this.#bound]) {
      if (!this.#bound.has(callback)) continue; // one before it has unbound it
      try {
        callback.call(window, new Event(CALLBACK_EVENT), JSON.parse(text) as unknown);
      } catch (error) {
        report(error);
      }
    }
  }

  /** The page has begun to leave. */
  leaving(): void {
    this.#leaving.begin();
    this.#pauseFor(LEAVING_MS);
  }

  /**
   * The page is shown again after others were in this tab. What waited here was not delivered: it comes again from the
   * place that the tab has got to, unless another page has heard it.
   */
  back(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#waiting = [];
    this.#bookmark.reread();
    this.#leaving.end();
  }

  #pauseFor(ms: number): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#deliver();
    }, ms);
  }

  #deliver(): void {
    // An event that a callback brings about comes after the one that it is called with, for all callbacks.
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      while (this.#waiting.length > 0 && this.#pause === undefined) {
        const next = this.#waiting[0]!;
        if (next.text !== null && this.#bound.size === 0) return;
        this.#waiting.shift();
        // First the place: a callback may navigate away, and the next page must not get this event again.
        this.#move(next);
        if (next.text !== null) this.call(next.text);
      }
    } finally {
      this.#delivering = false;
    }
  }

  #move({ bookmark, text }: Waiting): void {
    if (bookmark === "") return;
    this.#bookmark.write(bookmark);
    // Of another operator there is no other place to begin from.
    const again = this.#leaving.unsure && !isPopup(text) && ownerOf(this.#bookmark.kept) === ownerOf(bookmark);
    if (!again) this.#bookmark.keep();
  }
}

function isPopup(text: string | null): boolean {
  return text !== null && (JSON.parse(text) as { event: unknown }).event === POPUP;
}

/** Shows an error of the page's as what it is: one that the page did not catch. */
function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
