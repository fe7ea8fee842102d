/**
 * Whether the page may be on its way out. Browsers say that a page begins to leave, also for a download or a `tel:` link;
 * that it stays after all they never say.
 */

/** A navigation that has not replaced the page after this long has failed, or never was one. */
const UNSURE_MS = 60_000;
/** Somebody who uses the page for this long does not wait for another one. */
const USED_MS = 10_000;
const USES = ["pointerdown", "keydown"] as const;

export class Leaving {
  readonly #onStay: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #usedAt: number | null = null;

  /** @param onStay called when the page that has begun to leave is taken to stay */
  constructor(onStay: () => void) {
    this.#onStay = onStay;
  }

  /** Whether the page has begun to leave, and may do so yet. */
  get unsure(): boolean {
    return this.#timer !== undefined;
  }

  /** The page has begun to leave, perhaps once more. */
  begin(): void {
    if (!this.unsure) for (const use of USES) addEventListener(use, this.#use, { capture: true, passive: true });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), UNSURE_MS);
  }

  /** The page stays. */
  end(): void {
    if (!this.unsure) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#usedAt = null;
    for (const use of USES) removeEventListener(use, this.#use, { capture: true });
    this.#onStay();
  }

  readonly #use = ({ isTrusted }: Event): void => {
    if (!isTrusted) return; // a script's
    const now = performance.now();
    this.#usedAt ??= now;
    if (now - this.#usedAt >= USED_MS) this.end();
  };
}
