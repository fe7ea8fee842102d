/** Brings an engine up, attaches the calls to it, and replaces it when it dies. */
import type { Calls } from "./facade/calls";
import type { Config } from "./facade/config";
import { failure } from "./facade/errors";
import { Hosts, NoHostError } from "./hosts/hosts";
import type { EngineInfo, Failure, Page, StartedEngine } from "./protocol";

/** A boot that takes longer than this never ends. */
const BOOT_DEADLINE_MS = 60_000;
/** How often a dead engine is replaced before the page is told that there is none: what kills three kills the next. */
const REPLACEMENTS_MAX = 3;

export class Starter {
  readonly #config: Config;
  readonly #calls: Calls;
  readonly #hosts: Hosts;
  #engine: StartedEngine | null = null;
  #replacements = 0;

  constructor(config: Config, calls: Calls) {
    this.#config = config;
    this.#calls = calls;
    const page: Page = {
      answer: (id, ok, text) => this.#calls.answer(id, ok, text),
      token: async () => this.#config.askToken(),
      lost: (reason) => this.#lost(reason),
    };
    this.#hosts = new Hosts(config, page);
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
    const { serviceUrl } = this.#config;
    if (!serviceUrl) throw this.#bootFailed("serviceUrl is not configured and the script's own address does not tell it");
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not up after ${BOOT_DEADLINE_MS / 1000} s`)), BOOT_DEADLINE_MS);
    });
    try {
      this.#engine = await Promise.race([this.#hosts.open(`${serviceUrl}/sdk/`), late]);
    } catch (error) {
      if (error instanceof NoHostError && error.blocked) throw failure("ENGINE_BLOCKED", this.#config.locale);
      throw this.#bootFailed(error instanceof Error ? error.message : String(error));
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

  /** The page goes: its part of a shared runtime is given back. */
  close(): void {
    this.#engine?.close();
    this.#engine = null;
  }

  /** What support needs to know. */
  async diagnostics(): Promise<Record<string, unknown>> {
    const engine = (await this.#engine?.diagnostics()) ?? null;
    return { serviceUrl: this.#config.serviceUrl, refused: this.#hosts.refused, replaced: this.#replacements, engine };
  }

  #lost(reason: string): void {
    console.error(`TOOLBAR: the Python runtime stopped (${reason})`);
    this.#engine = null;
    this.#calls.detach();
    this.#replacements += 1;
    if (this.#replacements > REPLACEMENTS_MAX) {
      this.#calls.fail(this.#bootFailed(`the runtime stopped ${this.#replacements} times (${reason})`));
    } else {
      this.start().catch((failed: Failure) => this.#calls.fail(failed));
    }
  }

  #bootFailed(reason: string): Failure {
    return failure("BOOT_FAILED", this.#config.locale, { reason });
  }
}
