/** The engine's end of a port; the page's end is in hosts/port.ts. */
import type { EngineSettings, Page, StartedEngine, StorageRequest, TellKind, ToEngine, ToPage } from "../protocol";
import type { Runtime } from "./runtime";

/**
 * Serves one page over a port.
 *
 * @param boot gives the runtime of this realm
 * @param lost called after the page was told that the runtime is dead
 */
export function servePort(port: MessagePort, boot: () => Promise<Runtime>, lost: () => void): void {
  new PortServer(port, boot, lost);
}

class PortServer implements Page {
  readonly #port: MessagePort;
  readonly #boot: () => Promise<Runtime>;
  readonly #lost: () => void;
  readonly #tokens = new Map<number, { resolve: (token: string) => void; reject: (reason: Error) => void }>();
  #engine: StartedEngine | null = null;
  readonly #stored = new Map<number, (text: string) => void>();
  #lastToken = 0;
  #lastStorage = 0;
  #closed = false;

  constructor(port: MessagePort, boot: () => Promise<Runtime>, lost: () => void) {
    this.#port = port;
    this.#boot = boot;
    this.#lost = lost;
    port.onmessage = (event: MessageEvent<ToEngine>) => this.#receive(event.data);
  }

  answer(id: number, ok: boolean, text: string): void {
    this.#send(["answer", id, ok, text]);
  }

  tell(kind: TellKind, bookmark: string, text: string): void {
    this.#send(["tell", kind, bookmark, text]);
  }

  token(): Promise<string> {
    return new Promise((resolve, reject) => {
      const askId = ++this.#lastToken;
      this.#tokens.set(askId, { resolve, reject });
      this.#send(["token", askId]);
    });
  }

  storage(request: StorageRequest): Promise<string> {
    return new Promise((resolve) => {
      const askId = ++this.#lastStorage;
      this.#stored.set(askId, resolve);
      this.#send(["storage", askId, request]);
    });
  }

  lost(reason: string): void {
    this.#send(["lost", reason]);
    this.#lost();
  }

  #receive(message: ToEngine): void {
    switch (message[0]) {
      case "start":
        void this.#start(message[1], message[2]);
        break;
      case "call":
        this.#engine?.call(message[1], message[2], message[3], message[4]);
        break;
      case "abort":
        this.#engine?.abort(message[1], message[2], message[3]);
        break;
      case "configure":
        this.#engine?.configure(message[1]);
        break;
      case "token":
        this.#tokenCame(message[1], message[2], message[3]);
        break;
      case "stored":
        this.#stored.get(message[1])?.(message[2]);
        this.#stored.delete(message[1]);
        break;
      case "diagnose": {
        const id = message[1];
        void this.#engine?.diagnostics().then((findings) => this.#send(["diagnosis", id, findings]));
        break;
      }
      case "ping":
        this.#send(["pong"]);
        break;
      case "close":
        this.#closed = true;
        this.#engine?.close();
        this.#port.close();
    }
  }

  async #start(settings: EngineSettings, bookmark: string): Promise<void> {
    try {
      const runtime = await this.#boot();
      if (this.#closed) return;
      this.#engine = runtime.connect(settings, this, bookmark);
      this.#send(["up", this.#engine.info]);
    } catch (error) {
      this.#send(["failed", error instanceof Error ? error.message : String(error)]);
    }
  }

  #tokenCame(askId: number, token: string | null, reason: string): void {
    const asked = this.#tokens.get(askId);
    this.#tokens.delete(askId);
    if (token === null) asked?.reject(new Error(reason));
    else asked?.resolve(token);
  }

  #send(message: ToPage): void {
    this.#port.postMessage(message);
  }
}
