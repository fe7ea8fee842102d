/** Finds a place where Python can run for this page, the best one that the page allows. */
import { engineScript, framePage } from "../assets";
import type { Config } from "../facade/config";
import { bootReason } from "../facade/errors";
import { HIDDEN_FRAME } from "../facade/frames";
import { importChecked } from "../engine/fetching";
import { reach } from "../engine/reach";
import type { BootReason, Page, StartedEngine } from "../protocol";
import { FRAME_HELLO, type FrameRequest, SHARED_HASH } from "./handshake";
import { PortEngine } from "./port";
import { asHostError, HostError, isForbidden } from "./problem";
import { openWorker } from "./workers";

/** A frame that has not greeted after this long was refused, or its service is down. */
const FRAME_WITHIN_MS = 10_000;
/** After a frame has loaded, its greeting is on the way already. */
const GREETING_WITHIN_MS = 500;

/** The smallest module there is: compiling it tells whether the page's CSP allows WebAssembly at all. */
const EMPTY_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

type EngineModule = typeof import("../engine/engine");

/** No place was found. `blocked`: the page's own policy is the reason, and nothing else. */
export class NoHostError extends Error {
  constructor(
    readonly problem: HostError,
    readonly blocked: boolean,
  ) {
    super(problem.reason);
  }
}

interface Place {
  readonly name: string;
  open(): Promise<StartedEngine>;
}

export class Hosts {
  #refused: Record<string, HostError> = {};
  readonly #config: Config;
  readonly #page: Page;
  readonly #reached: () => string;

  /** @param reached gives this page's place in the stream of events, which Python is told when it starts */
  constructor(config: Config, page: Page, reached: () => string) {
    this.#config = config;
    this.#page = page;
    this.#reached = reached;
  }

  /** Why a place was not taken, by its name, in English: for diagnostics. */
  get refused(): Record<string, string> {
    const reasons = Object.entries(this.#refused);
    return Object.fromEntries(
      reasons.map(([name, { reason, details }]) => [name, bootReason(reason, "en", { ...this.#names(), ...details })]),
    );
  }

  /**
   * Opens the configured runtime, or for `auto` the first that can be opened.
   *
   * @param base the address of `/sdk/`, with a slash at the end
   * @param givenUp when it is aborted nobody waits any more: a place that is silent is taken away
   * @throws NoHostError when there is none
   */
  async open(base: string, givenUp: AbortSignal): Promise<StartedEngine> {
    // What stood in the way of an earlier one may be gone.
    this.#refused = {};
    for (const place of this.#places(base, givenUp)) {
      try {
        return await place.open();
      } catch (error) {
        if (givenUp.aborted) throw error; // the next try is under way
        this.#refused[place.name] = asHostError(error);
      }
    }
    const problems = Object.values(this.#refused);
    const blocked = problems.some(({ reason }) => reason === "wasm_forbidden") && problems.every(({ reason }) => isForbidden(reason));
    throw new NoHostError(await this.#gist(problems), blocked);
  }

  /** What the sentences of all reasons may name. */
  #names(): Readonly<Record<string, unknown>> {
    return { service: this.#config.serviceUrl, page: location.origin };
  }

  /** The one problem that a person should hear of: the one that is nearest to the cause. */
  async #gist(problems: readonly HostError[]): Promise<HostError> {
    const there = await reach(this.#config.serviceUrl);
    if (there === "down") return new HostError("service_down", this.#names());
    const silent = problems.find(({ reason }) => reason === "frame_silent");
    if (silent) return new HostError(there === "up" ? "origin_refused" : "frame_silent", this.#names());
    // A policy leaves a way round; what went wrong on that way is the news.
    const problem = problems.find(({ reason }) => !isForbidden(reason)) ?? problems[0] ?? new HostError("failed", { said: "?" });
    return new HostError(problem.reason, { ...this.#names(), ...problem.details });
  }

  #places(base: string, givenUp: AbortSignal): Place[] {
    const own = new URL(base).origin === location.origin;
    const { runtime } = this.#config;
    const worker = (kind: "worker" | "shared"): Place => ({
      name: kind,
      open: () => this.#openWorker(kind, base, givenUp),
    });
    const frame = (kind: FrameRequest["runtime"]): Place => ({
      name: "frame",
      open: () => this.#openFrame(kind, base, givenUp),
    });
    const page: Place = { name: "page", open: () => this.#openPage(base, givenUp) };
    if (runtime === "page") return [page];
    if (runtime === "frame") return [frame("frame")];
    if (runtime !== "auto") return [own ? worker(runtime) : frame(runtime)];
    return own ? [worker("shared"), worker("worker"), page] : [frame("auto"), page];
  }

  async #openPage(base: string, givenUp: AbortSignal): Promise<StartedEngine> {
    if (!mayCompile()) throw new HostError("wasm_forbidden");
    const { startEngine } = (await importChecked(engineScript(base))) as EngineModule;
    return startEngine(this.#config.settings(), this.#page, this.#reached(), givenUp);
  }

  async #openWorker(kind: "worker" | "shared", base: string, givenUp: AbortSignal): Promise<StartedEngine> {
    const worker = await openWorker(kind, base, givenUp);
    const { port1, port2 } = new MessageChannel();
    worker.connect(port2);
    const place = { alive: () => true, dispose: () => worker.dispose() };
    const engine = await PortEngine.start(port1, this.#config.settings(), this.#page, this.#reached(), place);
    worker.onerror = () => engine.giveUp("the worker failed");
    return engine;
  }

  async #openFrame(runtime: FrameRequest["runtime"], base: string, givenUp: AbortSignal): Promise<StartedEngine> {
    const frame = document.createElement("iframe");
    givenUp.addEventListener("abort", () => frame.remove());
    frame.hidden = true;
    frame.title = HIDDEN_FRAME;
    frame.setAttribute("aria-hidden", "true");
    frame.tabIndex = -1;
    frame.src = framePage(base) + (runtime === "auto" || runtime === "shared" ? SHARED_HASH : "");
    try {
      await greeted(frame);
      const { port1, port2 } = new MessageChannel();
      const request: FrameRequest = { toolbar: FRAME_HELLO, runtime };
      frame.contentWindow?.postMessage(request, new URL(base).origin, [port2]);
      const place = {
        alive: () => frame.isConnected,
        dispose: () => frame.remove(),
        passed: (name: string, reason: BootReason) => (this.#refused[name] = new HostError(reason)),
      };
      return await PortEngine.start(port1, this.#config.settings(), this.#page, this.#reached(), place);
    } catch (error) {
      frame.remove();
      throw error;
    }
  }
}

/** Puts a frame into the page and waits for its greeting. */
function greeted(frame: HTMLIFrameElement): Promise<void> {
  return new Promise((resolve, reject) => {
    const origin = new URL(frame.src).origin;
    const timers = [setTimeout(() => end(new HostError("frame_silent")), FRAME_WITHIN_MS)];
    const onMessage = (event: MessageEvent<{ toolbar?: unknown } | null>) => {
      if (event.source !== frame.contentWindow || event.origin !== origin) return;
      if (event.data?.toolbar === FRAME_HELLO) end(null);
    };
    const onViolation = (event: SecurityPolicyViolationEvent) => {
      const directive = event.effectiveDirective;
      if (directive === "frame-src" && frame.src.startsWith(event.blockedURI)) {
        end(new HostError("frame_forbidden"));
      }
    };
    // A frame that was refused (frame-ancestors) loads too: an error page, which does not greet.
    const refused = () => end(new HostError("frame_silent"));
    const onLoad = () => timers.push(setTimeout(refused, GREETING_WITHIN_MS));
    const end = (failure: Error | null) => {
      timers.forEach(clearTimeout);
      removeEventListener("message", onMessage);
      document.removeEventListener("securitypolicyviolation", onViolation);
      frame.removeEventListener("load", onLoad);
      if (failure) reject(failure);
      else resolve();
    };
    addEventListener("message", onMessage);
    document.addEventListener("securitypolicyviolation", onViolation);
    frame.addEventListener("load", onLoad);
    // Not the body: it may not be there yet, and pages empty it.
    document.documentElement.append(frame);
  });
}

function mayCompile(): boolean {
  try {
    new WebAssembly.Module(EMPTY_MODULE);
    return true;
  } catch {
    return false;
  }
}
