/**
 * A native Promise that also carries what old pages use: `done`, `fail` and `always` of jQuery's Deferred, and `bind`,
 * which gives the Promise itself back. Promises derived from it by `then` carry them too (contract section 2).
 */
export class ToolbarPromise<T> extends Promise<T> {
  /** Whether somebody has asked to hear of a rejection. */
  #heard = false;

  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): ToolbarPromise<A | B> {
    if (onRejected) this.#heard = true;
    return super.then(onFulfilled, onRejected) as ToolbarPromise<A | B>;
  }

  /** Runs `callback` with the answer. A rejection that nobody else hears of still shows as unhandled. */
  done(callback?: (value: T) => unknown): this {
    super.then(callback, (reason: unknown) => {
      if (!this.#heard) throw reason;
    });
    return this;
  }

  /** Runs `callback` with the error. */
  fail(callback?: (reason: unknown) => unknown): this {
    this.#heard = true;
    super.then(undefined, callback ?? (() => undefined));
    return this;
  }

  /** Runs `callback` with the answer or the error. */
  always(callback?: (result: unknown) => unknown): this {
    this.#heard = true;
    const run = callback ?? (() => undefined);
    super.then(run, run);
    return this;
  }

  /** Pages write `.then(...).bind(this)`, which does nothing but must not fail. */
  bind(_context?: unknown): this {
    return this;
  }
}
