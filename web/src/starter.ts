/** Brings an engine up, attaches the calls to it, and replaces it when it dies. */
import type { Calls } from "./facade/calls";
import type { Config } from "./facade/config";
import { openStorage, perform, type Storage } from "./engine/storage";
import { bootReason, failure } from "./facade/errors";
import { Hosts, NoHostError } from "./hosts/hosts";
import { asHostError, HostError } from "./hosts/problem";
import type { Connection } from "./generated/toolbar";
import type { BootReason, EngineInfo, Failure, Page, StartedEngine, TellKind } from "./protocol";
import { Tries } from "./tries";

/** A boot that takes longer than this never ends. */
const BOOT_DEADLINE_MS = 60_000;
/** How often within how long a dead engine is replaced: what kills four in a row kills the next one too. */
const LOSSES_MAX = 3;
const LOSSES_WITHIN_MS = 300_000;
/** How long a page may take to tell where the service is. */
const LOCATED_WITHIN_MS = 10_000;

/** What may have passed when the page asks again. */
const PASSING: readonly BootReason[] = ["service_down", "frame_silent", "too_slow"];

/** Who hears of what happens without a call. */
export interface Listener {
  /** Python tells something; see {@link Page.tell}. */
  tell(kind: TellKind, bookmark: string, text: string): void;
  /** Another engine will take the place of one that knew things. What is called now, it hears before all else. */
  replaced(): void;
  /** How the events stand while no engine can tell. */
  connection(told: Connection): void;
  /** A lost engine is not replaced any more. */
  gaveUp(failure: Failure): void;
  /** Gives how far the page has got in the stream of events: an engine begins from there. */
  reached(): string;
}

export class Starter {
  readonly #config: Config;
  readonly #calls: Calls;
  readonly #hosts: Hosts;
  readonly #listener: Listener;
  #engine: StartedEngine | null = null;
  /** The page's own, for an engine that has none. */
  #storage: Promise<Storage> | null = null;
  #place = "";
  #onLocated: (() => void) | null = null;
  /** Settled while the page is there; another one each time that it was put away. */
  #shown: Promise<void> = Promise.resolve();
  #show: (() => void) | null = null;
  /** The engine that was up when the page was put away. */
  #left: StartedEngine | null = null;
  #replacements = 0;
  #losses: number[] = [];

  constructor(config: Config, calls: Calls, listener: Listener) {
    this.#config = config;
    this.#calls = calls;
    this.#listener = listener;
    const page: Page = {
      answer: (id, ok, text) => this.#calls.answer(id, ok, text),
      tell: (kind, mark, text) => listener.tell(kind, mark, text),
      token: () => this.#config.askToken(),
      storage: async (request) => perform(await (this.#storage ??= openStorage()), request),
      lost: (reason) => this.#lost(reason),
    };
    this.#hosts = new Hosts(config, page, () => listener.reached());
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
    for (;;) {
      const shown = this.#shown;
      await shown;
      await this.#located();
      const place = this.#config.place;
      // The page may say meanwhile that it wants another place, or be put away: then the engine began where the tab no
      // longer is.
      const wanted = () => place === this.#config.place && shown === this.#shown;
      let engine: StartedEngine;
      try {
        engine = await this.#open();
      } catch (error) {
        if (wanted()) throw error;
        continue;
      }
      if (!wanted()) {
        engine.close();
        continue;
      }
      this.#engine = engine;
      const { slowBoot } = engine.info;
      if (slowBoot) console.warn(`TOOLBAR: the memory image could not be used, booted without it (${slowBoot})`);
      engine.configure(this.#config.settings());
      this.#place = place;
      this.#calls.attach(engine);
      return engine.info;
    }
  }

  /** Passes changed settings on; before the first use, moves to another place if they name one. */
  reconfigure(): void {
    this.#onLocated?.();
    if (!this.#engine) return;
    if (this.#place === this.#config.place) {
      this.#engine.configure(this.#config.settings());
      return;
    }
    this.#close();
    void this.#restart();
  }

  /** The page goes: its part of a shared runtime is given back. It may be shown again, as it is, from the history. */
  putAway(): void {
    if (this.#show) return;
    this.#shown = new Promise((resolve) => (this.#show = resolve));
    this.#left = this.#engine;
    // The page may call while it goes and before it is told that it is back.
    this.#calls.hold();
    this.#engine?.close(true);
    this.#engine = null;
  }

  /** The page is shown again: Python goes on where the tab has got to meanwhile. */
  back(): void {
    this.#show?.();
    this.#show = null;
    const left = this.#left;
    this.#left = null;
    // Only then: as long as its old place is there, a shared worker has somebody to stay for.
    if (left) void this.#restart().then(() => left.close());
  }

  /** What support needs to know. */
  async diagnostics(): Promise<Record<string, unknown>> {
    const engine = (await this.#engine?.diagnostics()) ?? null;
    return { serviceUrl: this.#config.serviceUrl, refused: this.#hosts.refused, replaced: this.#replacements, engine };
  }

  #lost(reason: string): void {
    console.error(`TOOLBAR: the Python runtime stopped (${reason})`);
    this.#close();
    this.#replacements += 1;
    const now = performance.now();
    this.#losses = [...this.#losses.filter((at) => now - at < LOSSES_WITHIN_MS), now];
    if (this.#losses.length > LOSSES_MAX) {
      const details = { times: this.#losses.length, said: reason };
      this.#calls.detach();
      this.#giveUp(this.#bootFailed(new HostError("stopped_often", details)));
    } else {
      void this.#restart();
    }
  }

  #close(): void {
    this.#engine?.close();
    this.#engine = null;
  }

  /** Tries until another engine is up, or none can be had. Never rejects. */
  async #restart(): Promise<void> {
    // What was in flight is lost; calls that come before the next engine is up wait for it, up to their deadlines.
    this.#calls.detach();
    this.#listener.replaced();
    const tries = new Tries();
    let reason = "RUNTIME_LOST";
    for (;;) {
      this.#listener.connection({ state: "connecting", at: Date.now(), reason });
      let failed: Failure;
      try {
        await this.start();
        return;
      } catch (error) {
        failed = error as Failure;
      }
      const next = tries.next(failed);
      if (!next) {
        this.#giveUp(failed);
        return;
      }
      reason = failed.code;
      this.#listener.connection(next.connection);
      await new Promise((resolve) => setTimeout(resolve, next.waitMs));
    }
  }

  #giveUp(failure: Failure): void {
    this.#calls.fail(failure);
    this.#listener.connection({ state: "closed", at: Date.now(), reason: failure.code });
    this.#listener.gaveUp(failure);
  }

  async #open(): Promise<StartedEngine> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new AbortController();
    const opening = this.#hosts.open(`${this.#config.serviceUrl}/sdk/`, late.signal);
    opening.then(
      (engine) => late.signal.aborted && engine.close(),
      () => undefined,
    );
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late.abort();
        reject(new HostError("too_slow", { seconds: BOOT_DEADLINE_MS / 1000 }));
      }, BOOT_DEADLINE_MS);
    });
    try {
      return await Promise.race([opening, deadline]);
    } catch (error) {
      if (!(error instanceof NoHostError)) throw this.#bootFailed(asHostError(error));
      const { serviceUrl, locale } = this.#config;
      if (error.blocked) throw failure("ENGINE_BLOCKED", locale, { service: serviceUrl });
      throw this.#bootFailed(error.problem, this.#hosts.refused);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until the service is known: a copy of the loader that is kept elsewhere has to be told. */
  async #located(): Promise<void> {
    // The script may still be followed by a TOOLBAR.configure in the same task.
    await Promise.resolve();
    if (this.#config.serviceUrl) return;
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        const waited = performance.now() - startedAt > LOCATED_WITHIN_MS;
        if (!this.#config.serviceUrl && !waited && !this.#config.inUse) return;
        clearInterval(timer);
        this.#onLocated = null;
        if (this.#config.serviceUrl) resolve();
        else reject(this.#bootFailed(new HostError("not_located")));
      };
      const startedAt = performance.now();
      const timer = setInterval(check, 100);
      this.#onLocated = check;
    });
  }

  /** @param tried why each place was not taken, by its name, in English */
  #bootFailed({ reason, details }: HostError, tried: Readonly<Record<string, string>> = {}): Failure {
    const { locale } = this.#config;
    const worded = failure("BOOT_FAILED", locale, { reason: bootReason(reason, locale, details) });
    return { ...worded, retryable: PASSING.includes(reason), details: { ...details, reason, tried } };
  }
}
