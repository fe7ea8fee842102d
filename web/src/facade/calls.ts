/** The calls of this page: queued until Python is up, each with its own answer, deadline and abort. */
import { type MethodSpec, NOTE } from "../generated/contract";
import type { AbortCode, Engine, Failure } from "../protocol";
import { copyCall } from "./arguments";
import type { Config } from "./config";
import { Deadlines } from "./deadlines";
import { failure, ToolbarError } from "./errors";
import { TraceIds } from "./ids";
import { ToolbarPromise } from "./promise";
import type { Statistics } from "./statistics";

/** How long Python may take to word the answer of a call whose deadline has passed, before it is worded here. */
const GRACE_MS = 250;
/**
 * How many events of a legacy SDK's wait for Python at most: what the contacts have that are remembered (legacy.ts), some
 * ten each. An outage of days must not fill the memory, nor hold up the Python that comes after it.
 */
const NOTES_MAX = 2_000;

interface Pending {
  readonly id: number;
  readonly method: MethodSpec;
  readonly args: string;
  readonly correlationId: string;
  readonly startedAt: number;
  readonly timeoutMs: number;
  /** Whether the page made it; one of our own shows in no figure. */
  readonly ofPage: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ToolbarError) => void;
  /** Undoes the listener on the page's signal. */
  release: () => void;
  /** Whether the engine has it, so that a lost answer leaves the outcome of a write unknown. */
  handedOver: boolean;
  /** Whether its deadline has passed and Python was told so. */
  expired: boolean;
}

export class Calls {
  readonly #pending = new Map<number, Pending>();
  readonly #config: Config;
  readonly #statistics: Statistics;
  #engine: Engine | null = null;
  /** Why there will be no engine, once that is known. */
  #failed: Failure | null = null;
  readonly #deadlines = new Deadlines((id) => this.#expire(id));
  readonly #traceIds = new TraceIds();
  #lastId = 0;

  constructor(config: Config, statistics: Statistics) {
    this.#config = config;
    this.#statistics = statistics;
  }

  /** How many calls of the page's wait for their answer. */
  get pending(): number {
    return [...this.#pending.values()].filter(({ ofPage }) => ofPage).length;
  }

  /** Makes a call of the page's. Never throws: whatever is wrong comes through the Promise. */
  invoke(method: MethodSpec, passed: readonly unknown[]): ToolbarPromise<unknown> {
    this.#config.freeze();
    return this.#make(method, passed, true);
  }

  /**
   * Tells Python of an event of a legacy SDK's, in order with the calls. It settles nothing for the page, and waits for
   * Python however long that takes to come up: nobody would tell it again. Of too many the oldest are forgotten.
   */
  note(event: object): void {
    // What an event is that Python cannot read, or that no Python comes for, matters to nobody.
    this.#make(NOTE, [event], false).catch(() => undefined);
    const waiting = [...this.#pending.values()].filter(({ ofPage, handedOver }) => !ofPage && !handedOver);
    for (const { id } of waiting.slice(0, -NOTES_MAX)) this.#take(id, false);
  }

  #make(method: MethodSpec, passed: readonly unknown[], ofPage: boolean): ToolbarPromise<unknown> {
    // The page gets a derived Promise, which is rejected by the browser and not from within this script: see ToolbarError.
    return new ToolbarPromise<unknown>((resolve, reject) => {
      const { text, options } = copyCall(method.parameters, passed);
      const call: Pending = {
        id: ++this.#lastId,
        method,
        args: text,
        correlationId: this.#traceIds.next(),
        startedAt: performance.now(),
        timeoutMs: options.timeoutMs ?? this.#config.timeoutMs,
        ofPage,
        resolve,
        reject,
        release: () => undefined,
        handedOver: false,
        expired: false,
      };
      this.#pending.set(call.id, call);
      this.#watch(call, options.signal);
      if (!this.#pending.has(call.id)) return; // its signal was aborted already
      if (this.#failed) this.#settleHere(call, this.#failed);
      else if (this.#engine) this.#handOver(this.#engine, call);
    }).then();
  }

  /** Python is up: hands over what was queued, in the order of the calls. */
  attach(engine: Engine): void {
    this.#engine = engine;
    for (const call of [...this.#pending.values()]) {
      // A call may kill the engine; those behind it wait for the next one.
      if (this.#engine === engine && !call.handedOver) this.#handOver(engine, call);
    }
  }

  /** The engine hears no more calls: those from now on wait for the next one. */
  hold(): void {
    this.#engine = null;
  }

  /** There will be no engine: rejects every call, now and later. */
  fail(reason: Failure): void {
    this.#failed = reason;
    this.#engine = null;
    for (const call of [...this.#pending.values()]) this.#settleHere(call, reason);
  }

  /** The engine died with calls in flight; those that were not handed over stay queued for the next one. */
  detach(): void {
    this.#engine = null;
    for (const call of [...this.#pending.values()]) {
      if (!call.handedOver) continue;
      this.#settleHere(call, failure("RUNTIME_LOST", this.#config.locale, {}, !call.method.writes, call.method.path));
    }
  }

  /** Settles a call with what Python answered. An answer to a call that is settled already is dropped. */
  answer(id: number, ok: boolean, text: string): void {
    const value: unknown = JSON.parse(text);
    const call = this.#take(id, ok && !(value as { errorCode?: unknown } | null)?.errorCode);
    if (!call) return;
    if (ok) call.resolve(value);
    else call.reject(new ToolbarError(value as Failure, call.correlationId));
  }

  #handOver(engine: Engine, call: Pending): void {
    call.handedOver = true;
    engine.call(call.id, call.method.path, call.args, call.correlationId);
  }

  #watch(call: Pending, signal: AbortSignal | undefined): void {
    if (call.ofPage) this.#deadlines.set(call.id, call.timeoutMs);
    if (!signal) return;
    const onAbort = () => this.#abort(call);
    call.release = () => signal.removeEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  }

  #abort(call: Pending): void {
    this.#tellEngine(call, "ABORTED");
    const outcomeKnown = !(call.handedOver && call.method.writes);
    this.#settleHere(call, failure("ABORTED", this.#config.locale, {}, outcomeKnown, call.method.path));
  }

  #expire(id: number): void {
    const call = this.#pending.get(id);
    if (!call) return;
    if (call.handedOver && !call.expired) {
      call.expired = true;
      this.#deadlines.set(id, GRACE_MS);
      this.#tellEngine(call, "TIMEOUT");
      return;
    }
    const outcomeKnown = !(call.handedOver && call.method.writes);
    const details = { timeoutMs: call.timeoutMs };
    this.#settleHere(call, failure("TIMEOUT", this.#config.locale, details, outcomeKnown, call.method.path));
  }

  #tellEngine(call: Pending, code: AbortCode): void {
    if (call.handedOver) this.#engine?.abort(call.id, code, call.timeoutMs);
  }

  /** Settles a call without Python, as the method's contract says. */
  #settleHere(call: Pending, reason: Failure): void {
    if (!this.#take(call.id, false)) return;
    const { code, message, retryable } = reason;
    if (call.method.onError === "reject" || REJECTS_ALWAYS.has(code)) {
      call.reject(new ToolbarError(reason, call.correlationId));
    } else if (call.method.onError === "refuse-open") {
      call.resolve({ result: false, error: message, errorCode: code, retryable, listFieldValueList: [] });
    } else {
      call.resolve({ error: message, errorCode: code, retryable });
    }
  }

  #take(id: number, ok: boolean): Pending | undefined {
    const call = this.#pending.get(id);
    if (!call) return undefined;
    this.#pending.delete(id);
    this.#deadlines.clear(id);
    call.release();
    if (call.ofPage) this.#statistics.add(call.method.path, performance.now() - call.startedAt, ok);
    return call;
  }
}

/** What rejects whatever the method: the page's own abort, and that there is no toolbar (contract section 2). */
const REJECTS_ALWAYS = new Set(["ABORTED", "BOOT_FAILED", "ENGINE_BLOCKED", "RUNTIME_LOST"]);
