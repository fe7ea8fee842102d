/** Brings the engine up, once: finds where its files are, loads them, starts Python, attaches the calls. */
import type { Calls } from "./facade/calls";
import type { Config } from "./facade/config";
import { failure } from "./facade/errors";
import type { EngineInfo, Failure, Page } from "./protocol";

/** Paths below `/sdk/` of what the engine is made of, put in by the build. */
declare const ASSETS: Readonly<Record<"engine" | "pyodide" | "index" | "micropip", string>>;

/** A boot that takes longer than this never ends: stock Pyodide does not settle when it cannot instantiate. */
const BOOT_DEADLINE_MS = 60_000;

/** The smallest module there is: compiling it tells whether the page's CSP allows WebAssembly at all. */
const EMPTY_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

type EngineModule = typeof import("./engine/engine");

export class Starter {
  readonly #config: Config;
  readonly #calls: Calls;
  #engine: Awaited<ReturnType<EngineModule["startEngine"]>> | null = null;

  constructor(config: Config, calls: Calls) {
    this.#config = config;
    this.#calls = calls;
  }

  /** Where Python runs, once it does. */
  get runtime(): string | null {
    return this.#engine?.info.runtime ?? null;
  }

  /**
   * Starts Python and attaches the calls to it.
   *
   * @returns what the engine tells of itself; rejects with a {@link Failure}.
   */
  async start(): Promise<EngineInfo> {
    // The script may still be followed by a TOOLBAR.configure in the same task.
    await Promise.resolve();
    if (!mayCompile()) throw failure("ENGINE_BLOCKED", this.#config.locale);
    const { serviceUrl } = this.#config;
    if (!serviceUrl) throw this.#bootFailed("serviceUrl is not configured and the script's own address does not tell it");
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not up after ${BOOT_DEADLINE_MS / 1000} s`)), BOOT_DEADLINE_MS);
    });
    try {
      this.#engine = await Promise.race([this.#boot(`${serviceUrl}/sdk/`), late]);
    } catch (error) {
      throw this.#bootFailed(lastLine(error));
    } finally {
      clearTimeout(timer);
    }
    this.#calls.attach(this.#engine);
    return this.#engine.info;
  }

  /** Passes changed settings on. */
  reconfigure(): void {
    this.#engine?.configure(this.#config.settings());
  }

  /** What support needs to know of the engine. */
  diagnostics(): Record<string, unknown> {
    return { serviceUrl: this.#config.serviceUrl, engine: this.#engine?.diagnostics() ?? null };
  }

  async #boot(base: string): ReturnType<EngineModule["startEngine"]> {
    const { startEngine } = (await import(/* the engine lies at the service */ base + ASSETS.engine)) as EngineModule;
    const page: Page = {
      answer: (id, ok, text) => this.#calls.answer(id, ok, text),
      token: () => this.#config.token(),
      lost: (reason) => this.#lost(reason),
    };
    const files = { pyodide: base + ASSETS.pyodide, index: base + ASSETS.index, micropip: base + ASSETS.micropip };
    return startEngine(files, this.#config.settings(), page);
  }

  #lost(reason: string): void {
    console.error(`TOOLBAR: the Python runtime stopped (${reason})`);
    this.#engine = null;
    this.#calls.detach();
    this.start().catch((failed: Failure) => this.#calls.fail(failed));
  }

  #bootFailed(reason: string): Failure {
    return failure("BOOT_FAILED", this.#config.locale, { reason });
  }
}

function mayCompile(): boolean {
  try {
    new WebAssembly.Module(EMPTY_MODULE);
    return true;
  } catch {
    return false;
  }
}

/** The gist of an error: of a Python traceback its last line, without the paths above it. */
function lastLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n").at(-1) ?? "";
}
