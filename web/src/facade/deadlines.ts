/** Deadlines of many calls over one timer: starting and stopping a timer per call would cost more than the call's text. */

export class Deadlines {
  readonly #expire: (id: number) => void;
  readonly #due = new Map<number, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /** @param expire told of each deadline that passes, once */
  constructor(expire: (id: number) => void) {
    this.#expire = expire;
  }

  /** Sets the deadline of a call, in ms from now; an earlier one of the same call no longer counts. */
  set(id: number, inMs: number): void {
    const at = performance.now() + inMs;
    this.#due.set(id, at);
    if (at < this.#firesAt) this.#arm(at);
  }

  /** The call is settled. The timer is left alone: it fires for nothing at most once. */
  clear(id: number): void {
    this.#due.delete(id);
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = at;
    this.#timer = setTimeout(() => this.#fire(), at - performance.now());
  }

  #fire(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    const passed: number[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const [id, at] of this.#due) {
      if (at <= now) passed.push(id);
      else next = Math.min(next, at);
    }
    // First of all: whoever is told may throw.
    if (next < this.#firesAt) this.#arm(next);
    for (const id of passed) this.#due.delete(id);
    for (const id of passed) this.#expire(id);
  }
}
