/** The tries to put another engine in the place of one that was lost: which failures pass, and when the next try is due. */
import { isForbidden } from "./hosts/problem";
import type { Connection } from "./generated/toolbar";
import type { BootReason, Failure } from "./protocol";

/** The first wait is drawn between nothing and this; the tabs of a room must not all knock in the same instant. */
const BACKOFF_BASE_MS = 500;
/** No wait is longer: after an outage of whatever length every page has its toolbar again within half a minute. */
const BACKOFF_CAP_MS = 30_000;
/** How many tries in a row have to miss easyCIM altogether before the page is told that it is offline. */
const OFFLINE_AFTER = 3;
/**
 * A reason that looks as if it stays is believed when it has been given for this long: a service that comes up between
 * two questions, or is exchanged for another version, has files that fail and seems to refuse the page.
 */
const BELIEVED_AFTER_MS = 60_000;
/** And this often: of a tab that was frozen or hidden, two tries may be hours apart with nothing known of the time between. */
const BELIEVED_TRIES = 4;

/** What did not reach easyCIM. */
const MISSED: readonly BootReason[] = ["service_down", "frame_silent"];

/** Another try. */
export interface NextTry {
  readonly waitMs: number;
  /** How the events stand until then. */
  readonly connection: Connection;
}

export class Tries {
  #failed = 0;
  #missed = 0;
  /** Since when the tries fail for reasons that look as if they stay. */
  #doubtedSince: number | null = null;
  #doubts = 0;

  /** Takes why a try has failed; gives the next one, or null when no other can do better. */
  next(failure: Failure): NextTry | null {
    const reason = failure.details["reason"] as BootReason | undefined;
    if (reason === undefined || isForbidden(reason)) return null; // of the page's own policy
    if (!this.#passes(failure)) return null;
    this.#failed += 1;
    this.#missed = MISSED.includes(reason) ? this.#missed + 1 : 0;
    const waitMs = Math.random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (this.#failed - 1));
    const at = Date.now();
    const state = this.#missed >= OFFLINE_AFTER ? "offline" : "waiting";
    return { waitMs, connection: { state, at, nextTryAt: Math.round(at + waitMs), reason: failure.code } };
  }

  #passes({ retryable }: Failure): boolean {
    if (retryable) {
      this.#doubtedSince = null;
      this.#doubts = 0;
      return true;
    }
    const now = performance.now();
    this.#doubtedSince ??= now;
    this.#doubts += 1;
    return now - this.#doubtedSince < BELIEVED_AFTER_MS || this.#doubts < BELIEVED_TRIES;
  }
}
