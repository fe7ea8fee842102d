/**
 * The JavaScript end of the boundary that Python knows as its host (toolbar_py/page/host/base.py): ids and texts over
 * functions that live as long as the page. No proxy is made per call and no promise of JavaScript is awaited in Python.
 */
import type { AbortCode, EngineSettings, LogLevel, Page, TellKind } from "../protocol";
import type { Storage } from "./storage";
import { ENDED, type EventStream } from "./stream";
import type { Transport } from "./transport";

/** A Python function, which lives until it is destroyed. */
interface Proxied {
  destroy(): void;
}
/** What Python asks and answers, as one text; see toolbar_py/page/host/browser.py. */
type Effects = string;
type PythonCall = Proxied & ((id: number, path: string, args: string, correlationId: string) => Effects);
type PythonResume = Proxied & ((askId: number, head: string, body: string) => Effects);
type PythonSetLocale = Proxied & ((locale: string) => void);
type PythonAbort = Proxied & ((id: number, code: AbortCode, timeoutMs: number) => Effects);
type PythonRecheck = Proxied & (() => Effects);
type PythonLeave = Proxied & (() => Effects);

/** The reply to an ask: a short head and a text that passes through. */
export interface Reply {
  readonly head: string;
  readonly body: string;
}

/** What the JSON head of an ask can hold; which kind holds what is in toolbar_py/page/host/base.py. */
interface AskHead {
  readonly ms: number;
  readonly record: string;
  readonly key: string;
  readonly aliases: string[];
  /** Whose data it is, where that is not left to the page's token. */
  readonly owner?: string;
  readonly before: number;
  readonly stream: number;
}

/** An ask under way. */
interface Asked {
  readonly kind: string;
  readonly controller: AbortController;
  /** The stream that a `next` waits for. */
  stream: number | null;
  /** Whether it is a request that has not left, because the page's token is not here yet. */
  unsent: boolean;
}

/** How long what a closed page has begun may take to finish. */
const LEAVE_WITHIN_MS = 30_000;

const EMPTY: Reply = { head: "{}", body: "" };
const FAILED: Reply = { head: "host", body: "" };
const FIELD = "\x1f";
const EFFECT = "\x1e";
const LEVELS: readonly LogLevel[] = ["silent", "error", "warn", "info", "debug"];

export class Boundary {
  logLevel: LogLevel;
  /** A random name that Python gave itself, by which support tells runtimes apart. */
  instance = "";
  readonly #page: Page;
  readonly #transport: Transport;
  readonly #storage: Storage;
  readonly #asks = new Map<number, Asked>();
  /** The open streams of events, by the ask that opened them. */
  readonly #streams = new Map<number, EventStream>();
  /** What Python had to say while JavaScript was inside a call of another page's. */
  #pushed: Effects[] = [];
  #call: PythonCall | null = null;
  #resume: PythonResume | null = null;
  #abort: PythonAbort | null = null;
  #setLocale: PythonSetLocale | null = null;
  #recheck: PythonRecheck | null = null;
  #leavePython: PythonLeave | null = null;
  #closing = false;
  #leaving: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Page, transport: Transport, storage: Storage, logLevel: LogLevel) {
    this.#page = page;
    this.#transport = transport;
    this.#storage = storage;
    this.logLevel = logLevel;
    // Not at once: a request may leave while others of the same effects have not been begun.
    transport.onStranger = () => queueMicrotask(() => this.#enter(() => this.#recheck?.()));
  }

  /** How many asks of Python are under way, beside the one that waits for the next event. */
  get waiting(): number {
    let waiting = 0;
    for (const { kind } of this.#asks.values()) if (kind !== "next") waiting += 1;
    return waiting;
  }

  /** How many streams of events are open. */
  get streams(): number {
    return this.#streams.size;
  }

  // What Python calls. Arrow functions, because Python keeps them unbound.

  readonly register = (
    call: PythonCall,
    resume: PythonResume,
    abort: PythonAbort,
    setLocale: PythonSetLocale,
    recheck: PythonRecheck,
    leave: PythonLeave,
    instance: string,
    effects: Effects,
  ): void => {
    this.#setLocale = setLocale;
    this.#recheck = recheck;
    this.instance = instance;
    this.#call = call;
    this.#resume = resume;
    this.#abort = abort;
    this.#leavePython = leave;
    this.#carryOut(effects);
  };

  /**
   * Takes effects that come while JavaScript is inside a call of another page's, or of none. They are carried out when
   * Python has returned: what they do may call it again.
   */
  readonly push = (effects: Effects): void => {
    this.#pushed.push(effects);
    queueMicrotask(() => this.#carryOut(""));
  };

  readonly now = (): number => Date.now();

  readonly random = (): number => Math.random();

  readonly log = (level: LogLevel, text: string): void => {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.logLevel)) return;
    console[level === "silent" ? "debug" : level](`TOOLBAR: ${text}`);
  };

  readonly cancel = (askId: number): boolean => {
    const asked = this.#asks.get(askId);
    this.#asks.delete(askId);
    asked?.controller.abort();
    this.#endStream(asked?.stream ?? askId);
    return asked?.unsent ?? false;
  };

  // What the page calls.

  call(id: number, path: string, args: string, correlationId: string): void {
    this.#enter(() => this.#call?.(id, path, args, correlationId));
  }

  configure(settings: EngineSettings): void {
    this.logLevel = settings.logLevel;
    this.#enter(() => {
      this.#setLocale?.(settings.locale);
    });
  }

  abort(id: number, code: AbortCode, timeoutMs: number): void {
    this.#enter(() => this.#abort?.(id, code, timeoutMs));
  }

  /**
   * The page is gone: what is under way may still finish, a save above all, and then Python forgets this connection.
   * Nobody listens any more, so no stream outlives it.
   */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#enter(() => this.#leavePython?.());
    for (const [askId, { kind }] of [...this.#asks]) if (kind === "listen" || kind === "next") this.cancel(askId);
    for (const id of [...this.#streams.keys()]) this.#endStream(id);
    this.#leaving = setTimeout(() => this.#leave(), LEAVE_WITHIN_MS);
    this.#leaveWhenIdle();
  }

  #leaveWhenIdle(): void {
    if (this.#closing && this.#asks.size === 0) this.#leave();
  }

  #leave(): void {
    clearTimeout(this.#leaving);
    this.#giveUpAll();
    const proxies = [this.#call, this.#resume, this.#abort, this.#setLocale, this.#recheck, this.#leavePython];
    for (const proxy of proxies) proxy?.destroy();
    this.#call = this.#resume = this.#abort = this.#setLocale = this.#recheck = this.#leavePython = null;
  }

  #giveUpAll(): void {
    for (const { controller } of this.#asks.values()) controller.abort();
    this.#asks.clear();
    for (const id of [...this.#streams.keys()]) this.#endStream(id);
  }

  #endStream(id: number): void {
    this.#streams.get(id)?.end();
    this.#streams.delete(id);
  }

  /** Python catches everything itself: what comes out here means that the interpreter is dead. */
  #enter(run: () => Effects | undefined | void): void {
    let effects: Effects | undefined | void;
    try {
      effects = run();
    } catch (error) {
      this.#giveUpAll();
      this.#page.lost(error instanceof Error ? error.name : "unknown");
      return;
    }
    if (effects) this.#carryOut(effects);
  }

  #carryOut(effects: Effects): void {
    while (this.#pushed.length > 0) this.#carryOutNow(this.#pushed.shift()!);
    this.#carryOutNow(effects);
  }

  #carryOutNow(effects: Effects): void {
    for (const effect of effects === "" ? [] : effects.split(EFFECT)) {
      const [what, id, ...rest] = effect.split(FIELD) as [string, string, ...string[]];
      const [first = "", second = "", third = ""] = rest;
      if (what === "answer") this.#page.answer(Number(id), first === "ok", second);
      else if (what === "tell") this.#page.tell(id as TellKind, first, second);
      else this.#ask(Number(id), first, second, third);
    }
  }

  #ask(askId: number, kind: string, head: string, body: string): void {
    const asked: Asked = { kind, controller: new AbortController(), stream: null, unsent: kind === "fetch" };
    this.#asks.set(askId, asked);
    const settle = (reply: Reply) => {
      // After a cancel nobody waits, and Python must not be resumed.
      if (this.#asks.delete(askId)) this.#enter(() => this.#resume?.(askId, reply.head, reply.body));
      this.#leaveWhenIdle();
    };
    const reply =
      kind === "fetch"
        ? this.#transport.exchange(head, body, asked.controller.signal, () => (asked.unsent = false))
        : kind === "listen"
          ? this.#listen(askId, head, asked.controller)
          : this.#perform(asked, JSON.parse(head) as AskHead, body);
    reply.then(settle, (error: unknown) => {
      if (this.#asks.has(askId)) this.log("error", `${kind} failed in the browser: ${String(error)}`);
      settle(FAILED);
    });
  }

  async #listen(askId: number, head: string, controller: AbortController): Promise<Reply> {
    const { reply, stream } = await this.#transport.listen(head, controller);
    // Cancelled, or the page left, while it was being opened.
    if (stream && !this.#asks.has(askId)) stream.end();
    else if (stream) this.#streams.set(askId, stream);
    return reply;
  }

  async #perform(asked: Asked, head: AskHead, body: string): Promise<Reply> {
    switch (asked.kind) {
      case "sleep":
        await sleep(head.ms, asked.controller.signal);
        return EMPTY;
      case "store": {
        const owner = head.owner ?? (await this.#transport.identity());
        const [key = "", ...aliases] = [head.key, ...head.aliases].map((name) => `${owner} ${name}`);
        await this.#storage.store(head.record, { key, aliases, at: Date.now(), text: body });
        return EMPTY;
      }
      case "find":
        return this.#find(head);
      case "who":
        return this.#who();
      case "next":
        asked.stream = head.stream;
        return this.#next(head);
      case "purge":
        await this.#storage.purge(head.record, head.before);
        return EMPTY;
      default:
        throw new TypeError(`no such ask: ${asked.kind}`);
    }
  }

  async #who(): Promise<Reply> {
    try {
      return { head: "{}", body: await this.#transport.identity() };
    } catch (error) {
      return noToken(error);
    }
  }

  async #next({ stream: id, ms }: AskHead): Promise<Reply> {
    const reply = (await this.#streams.get(id)?.take(ms)) ?? ENDED;
    if (reply === ENDED) this.#endStream(id);
    return reply;
  }

  /** What is stored belongs to an operator of a service: the next one at this desk must not read it. */
  async #find({ record, key, owner: given }: AskHead): Promise<Reply> {
    let owner: string;
    try {
      owner = given ?? (await this.#transport.identity());
    } catch (error) {
      return noToken(error);
    }
    const text = await this.#storage.find(record, `${owner} ${key}`);
    // An easyCIM that takes its operators without a token has what it stored under none.
    if (text !== undefined || this.#transport.named(owner)) return { head: "{}", body: text ?? "" };
    return noToken(new Error("login_needed"));
  }
}

function noToken(error: unknown): Reply {
  return { head: `token ${error instanceof Error ? error.message : String(error)}`, body: "" };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
}
