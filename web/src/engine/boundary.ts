/**
 * The JavaScript end of the boundary that Python knows as its host (toolbar_py/page/host/base.py): ids and texts over
 * functions that live as long as the page. No proxy is made per call and no promise of JavaScript is awaited in Python.
 */
import type { AbortCode, LogLevel, Page } from "../protocol";
import type { Storage } from "./storage";
import type { RequestHead, Transport } from "./transport";

/** A Python function, which lives until it is destroyed. */
interface Proxied {
  destroy(): void;
}
type PythonCall = Proxied & ((id: number, path: string, args: string, correlationId: string) => void);
type PythonResume = Proxied & ((askId: number, head: string, body: string) => void);
type PythonAbort = Proxied & ((id: number, code: AbortCode, timeoutMs: number) => void);

/** The reply to an ask: a small JSON object and a text that passes through. */
export interface Reply {
  readonly head: string;
  readonly body: string;
}

/** What the head of an ask can hold; which kind holds what is in toolbar_py/page/host/base.py. */
interface AskHead extends RequestHead {
  readonly ms: number;
  readonly record: string;
  readonly key: string;
  readonly aliases: string[];
  readonly before: number;
}

const EMPTY: Reply = { head: "{}", body: "" };
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

  readonly register = (call: PythonCall, resume: PythonResume, abort: PythonAbort, instance: string): void => {
    this.instance = instance;
    this.#call = call;
    this.#resume = resume;
    this.#abort = abort;
  };

  readonly now = (): number => Date.now();

  readonly random = (): number => Math.random();

  readonly answer = (id: number, ok: boolean, text: string): void => this.#page.answer(id, ok, text);

  readonly log = (level: LogLevel, text: string): void => {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.logLevel)) return;
    console[level === "silent" ? "debug" : level](`TOOLBAR: ${text}`);
  };

  readonly ask = (askId: number, kind: string, head: string, body: string): void => {
    const controller = new AbortController();
    this.#asks.set(askId, controller);
    this.#perform(kind, JSON.parse(head) as AskHead, body, controller.signal).then(
      (reply) => {
        // After a cancel nobody waits, and Python must not be resumed.
        if (this.#asks.delete(askId)) this.#enter(() => this.#resume?.(askId, reply.head, reply.body));
      },
      (error: unknown) => {
        if (!this.#asks.delete(askId)) return;
        this.log("error", `${kind} failed in the browser: ${String(error)}`);
        const head = JSON.stringify({ failure: "host" });
        this.#enter(() => this.#resume?.(askId, head, ""));
      },
    );
  };

  readonly cancel = (askId: number): void => {
    this.#asks.get(askId)?.abort();
    this.#asks.delete(askId);
  };

  // What the page calls.

  call(id: number, path: string, args: string, correlationId: string): void {
    this.#enter(() => this.#call?.(id, path, args, correlationId));
  }

  abort(id: number, code: AbortCode, timeoutMs: number): void {
    this.#enter(() => this.#abort?.(id, code, timeoutMs));
  }

  /** The page is gone: stops what is under way and lets Python forget this connection. */
  close(): void {
    for (const controller of this.#asks.values()) controller.abort();
    this.#asks.clear();
    for (const proxy of [this.#call, this.#resume, this.#abort]) proxy?.destroy();
    this.#call = this.#resume = this.#abort = null;
  }

  /** Python catches everything itself: what comes out here means that the interpreter is dead. */
  #enter(run: () => void): void {
    try {
      run();
    } catch (error) {
      for (const controller of this.#asks.values()) controller.abort();
      this.#asks.clear();
      this.#page.lost(error instanceof Error ? error.name : "unknown");
    }
  }

  async #perform(kind: string, head: AskHead, body: string, signal: AbortSignal): Promise<Reply> {
    switch (kind) {
      case "fetch":
        return this.#transport.exchange(head, body, signal);
      case "sleep":
        await sleep(head.ms, signal);
        return EMPTY;
      case "store": {
        const { key, aliases } = head;
        await this.#storage.store(head.record, { key, aliases, at: Date.now(), text: body });
        return EMPTY;
      }
      case "find":
        return { head: "{}", body: (await this.#storage.find(head.record, head.key)) ?? "" };
      case "purge":
        await this.#storage.purge(head.record, head.before);
        return EMPTY;
      default:
        throw new TypeError(`no such ask: ${kind}`);
    }
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
}
