/**
 * The JavaScript end of the boundary that Python knows as its host (toolbar_py/page/host/base.py): ids and texts over
 * functions that live as long as the page. No proxy is made per call and no promise of JavaScript is awaited in Python.
 */
import type { AbortCode, EngineSettings, LogLevel, Page } from "../protocol";
import type { Storage } from "./storage";
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
  readonly before: number;
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
  readonly #asks = new Map<number, AbortController>();
  #call: PythonCall | null = null;
  #resume: PythonResume | null = null;
  #abort: PythonAbort | null = null;
  #setLocale: PythonSetLocale | null = null;
  #closing = false;
  #leaving: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Page, transport: Transport, storage: Storage, logLevel: LogLevel) {
    this.#page = page;
    this.#transport = transport;
    this.#storage = storage;
    this.logLevel = logLevel;
  }

  /** How many asks of Python are under way. */
  get waiting(): number {
    return this.#asks.size;
  }

  // What Python calls. Arrow functions, because Python keeps them unbound.

  readonly register = (
    call: PythonCall,
    resume: PythonResume,
    abort: PythonAbort,
    setLocale: PythonSetLocale,
    instance: string,
    effects: Effects,
  ): void => {
    this.#setLocale = setLocale;
    this.instance = instance;
    this.#call = call;
    this.#resume = resume;
    this.#abort = abort;
    this.#carryOut(effects);
  };

  readonly now = (): number => Date.now();

  readonly random = (): number => Math.random();

  readonly log = (level: LogLevel, text: string): void => {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.logLevel)) return;
    console[level === "silent" ? "debug" : level](`TOOLBAR: ${text}`);
  };

  readonly cancel = (askId: number): void => {
    this.#asks.get(askId)?.abort();
    this.#asks.delete(askId);
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
   */
  close(): void {
    this.#closing = true;
    this.#leaving = setTimeout(() => this.#leave(), LEAVE_WITHIN_MS);
    this.#leaveWhenIdle();
  }

  #leaveWhenIdle(): void {
    if (this.#closing && this.#asks.size === 0) this.#leave();
  }

  #leave(): void {
    clearTimeout(this.#leaving);
    for (const controller of this.#asks.values()) controller.abort();
    this.#asks.clear();
    for (const proxy of [this.#call, this.#resume, this.#abort, this.#setLocale]) proxy?.destroy();
    this.#call = this.#resume = this.#abort = this.#setLocale = null;
  }

  /** Python catches everything itself: what comes out here means that the interpreter is dead. */
  #enter(run: () => Effects | undefined | void): void {
    let effects: Effects | undefined | void;
    try {
      effects = run();
    } catch (error) {
      for (const controller of this.#asks.values()) controller.abort();
      this.#asks.clear();
      this.#page.lost(error instanceof Error ? error.name : "unknown");
      return;
    }
    if (effects) this.#carryOut(effects);
  }

  #carryOut(effects: Effects): void {
    for (const effect of effects === "" ? [] : effects.split(EFFECT)) {
      const [what, id, ...rest] = effect.split(FIELD) as [string, string, ...string[]];
      const [first = "", second = "", third = ""] = rest;
      if (what === "answer") this.#page.answer(Number(id), first === "ok", second);
      else this.#ask(Number(id), first, second, third);
    }
  }

  #ask(askId: number, kind: string, head: string, body: string): void {
    const controller = new AbortController();
    this.#asks.set(askId, controller);
    const settle = (reply: Reply) => {
      // After a cancel nobody waits, and Python must not be resumed.
      if (this.#asks.delete(askId)) this.#enter(() => this.#resume?.(askId, reply.head, reply.body));
      this.#leaveWhenIdle();
    };
    const asked =
      kind === "fetch"
        ? this.#transport.exchange(head, body, controller.signal)
        : this.#perform(kind, JSON.parse(head) as AskHead, body, controller.signal);
    asked.then(settle, (error: unknown) => {
      if (this.#asks.has(askId)) this.log("error", `${kind} failed in the browser: ${String(error)}`);
      settle(FAILED);
    });
  }

  async #perform(kind: string, head: AskHead, body: string, signal: AbortSignal): Promise<Reply> {
    switch (kind) {
      case "sleep":
        await sleep(head.ms, signal);
        return EMPTY;
      case "store": {
        const owner = await this.#transport.owner();
        const [key = "", ...aliases] = [head.key, ...head.aliases].map((name) => `${owner} ${name}`);
        await this.#storage.store(head.record, { key, aliases, at: Date.now(), text: body });
        return EMPTY;
      }
      case "find":
        return { head: "{}", body: (await this.#find(head.record, head.key)) ?? "" };
      case "purge":
        await this.#storage.purge(head.record, head.before);
        return EMPTY;
      default:
        throw new TypeError(`no such ask: ${kind}`);
    }
  }

  /** What is stored belongs to an operator of a service: the next one at this desk must not read it. */
  async #find(record: string, key: string): Promise<string | undefined> {
    return this.#storage.find(record, `${await this.#transport.owner()} ${key}`);
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
}
