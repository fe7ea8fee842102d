/** The page's end of a port behind which Python runs; the engine's end is in engine/serve.ts. */
import type {
  AbortCode,
  BootReason,
  EngineInfo,
  EngineSettings,
  Page,
  StartedEngine,
  StorageRequest,
  ToEngine,
  ToPage,
} from "../protocol";
import { HostError, isBootReason } from "./problem";

/** While calls wait, the engine is asked this often whether it is there, */
const PING_MS = 1_000;
/** and more rarely while only events may come: a page that waits for them makes no call that would miss an answer. */
const IDLE_PING_MS = 5_000;
/**
 * It is given up after this many questions without a word. Counted, not timed: a page whose own thread was blocked or
 * asleep has not asked, and a word may be waiting in its queue.
 */
const UNANSWERED_MAX = 5;
const DIAGNOSIS_WITHIN_MS = 5_000;

/** What is behind the port. */
export interface EnginePlace {
  /** Tells at once, where that can be known, that nobody is there any more. */
  alive(): boolean;
  /** Takes it away. What may still run there must not go on with calls that the page was told are lost. */
  dispose(): void;
  /** Hears of a better place behind the port that could not be had. */
  passed?(place: string, reason: BootReason): void;
}

export class PortEngine implements StartedEngine {
  info: EngineInfo = { version: "", runtime: "frame" };
  readonly #port: MessagePort;
  readonly #page: Page;
  readonly #place: EnginePlace;
  readonly #waiting = new Set<number>();
  readonly #diagnoses = new Map<number, (findings: Record<string, unknown>) => void>();
  #watch: ReturnType<typeof setInterval> | undefined;
  #idleWatch: ReturnType<typeof setInterval> | undefined;
  #unanswered = 0;
  #lastDiagnosis = 0;
  #closed = false;
  #starting: { resolve: () => void; reject: (reason: Error) => void } | null = null;

  private constructor(port: MessagePort, page: Page, place: EnginePlace) {
    this.#port = port;
    this.#page = page;
    this.#place = place;
    port.onmessage = (event: MessageEvent<ToPage>) => this.#receive(event.data);
  }

  /**
   * @param bookmark the tab's last place in the stream of events, or `""`
   * @throws Error when Python could not be brought up behind the port
   */
  static async start(
    port: MessagePort,
    settings: EngineSettings,
    page: Page,
    bookmark: string,
    place: EnginePlace,
  ): Promise<PortEngine> {
    const engine = new PortEngine(port, page, place);
    await new Promise<void>((resolve, reject) => {
      engine.#starting = { resolve, reject };
      engine.#send(["start", settings, bookmark]);
    });
    engine.#starting = null;
    if (!engine.#closed) engine.#idleWatch = setInterval(() => engine.#checkIdle(), IDLE_PING_MS);
    return engine;
  }

  call(id: number, path: string, args: string, correlationId: string): void {
    if (this.#closed) return;
    this.#waiting.add(id);
    this.#send(["call", id, path, args, correlationId]);
    if (!this.#place.alive()) {
      // Not in the middle of the call: its Promise is still being made.
      setTimeout(() => this.giveUp("it was removed"));
      return;
    }
    if (this.#watch === undefined) {
      this.#unanswered = 0;
      this.#watch = setInterval(() => this.#check(), PING_MS);
    }
  }

  abort(id: number, code: AbortCode, timeoutMs: number): void {
    this.#send(["abort", id, code, timeoutMs]);
  }

  configure(settings: EngineSettings): void {
    this.#send(["configure", settings]);
  }

  diagnostics(): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      const id = ++this.#lastDiagnosis;
      const timer = setTimeout(() => this.#diagnoses.delete(id) && resolve({ silent: true }), DIAGNOSIS_WITHIN_MS);
      this.#diagnoses.set(id, (findings) => {
        clearTimeout(timer);
        resolve(findings);
      });
      this.#send(["diagnose", id]);
    });
  }

  close(leaving = false): void {
    if (this.#closed) {
      this.#place.dispose();
      return;
    }
    this.#send(["close"]);
    this.#end(leaving && this.info.runtime === "shared");
  }

  /** The engine is known to be gone. */
  giveUp(reason: string): void {
    if (this.#closed) return;
    this.#end();
    if (this.#starting) this.#starting.reject(new Error(reason));
    else this.#page.lost(reason);
  }

  #receive(message: ToPage): void {
    this.#unanswered = 0;
    switch (message[0]) {
      case "up":
        this.info = message[1];
        this.#starting?.resolve();
        break;
      case "failed":
        this.#end();
        this.#starting?.reject(isBootReason(message[1]) ? new HostError(message[1]) : new Error(message[1]));
        break;
      case "passed":
        this.#place.passed?.(message[1], message[2]);
        break;
      case "answer":
        this.#waiting.delete(message[1]);
        this.#page.answer(message[1], message[2], message[3]);
        break;
      case "tell":
        this.#page.tell(message[1], message[2], message[3]);
        break;
      case "token":
        this.#giveToken(message[1]);
        break;
      case "storage":
        this.#store(message[1], message[2]);
        break;
      case "diagnosis":
        this.#diagnoses.get(message[1])?.(message[2]);
        this.#diagnoses.delete(message[1]);
        break;
      case "pong":
        break;
      case "lost":
        this.giveUp(message[1]);
    }
  }

  #giveToken(askId: number): void {
    this.#page.token().then(
      (token) => this.#send(["token", askId, token, ""]),
      (error: unknown) => this.#send(["token", askId, null, error instanceof Error ? error.message : String(error)]),
    );
  }

  /** What fails is not answered: the engine stops waiting, and keeps it itself. */
  #store(askId: number, request: StorageRequest): void {
    this.#page.storage(request).then(
      (text) => this.#send(["stored", askId, text]),
      () => undefined,
    );
  }

  #check(): void {
    if (this.#waiting.size === 0) {
      clearInterval(this.#watch);
      this.#watch = undefined;
    } else {
      this.#ping();
    }
  }

  #checkIdle(): void {
    if (this.#watch === undefined) this.#ping();
  }

  #ping(): void {
    if (!this.#place.alive() || this.#unanswered >= UNANSWERED_MAX) {
      this.giveUp("it does not answer any more");
    } else {
      this.#unanswered += 1;
      this.#send(["ping"]);
    }
  }

  /** @param stays whether the place is left to the browser */
  #end(stays = false): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#watch);
    clearInterval(this.#idleWatch);
    this.#port.close();
    if (!stays) this.#place.dispose();
  }

  #send(message: ToEngine): void {
    this.#port.postMessage(message);
  }
}
