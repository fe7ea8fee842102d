/** HTTP to easyCIM over `fetch`, with failures told apart: unreachable, cut off, no token. */
import type { EngineSettings } from "../protocol";
import type { Reply } from "./boundary";

export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** The Idempotency-Key of a write. */
  readonly key: string;
  /** The W3C trace id, which is also the call's correlation id. */
  readonly trace: string;
}

const API = "/easycim/v1";

export class Transport {
  /** When easyCIM last answered, in epoch ms; null until it has. */
  lastExchangeAt: number | null = null;
  #settings: EngineSettings;
  readonly #askToken: () => Promise<string>;

  /** @param askToken asks the page, when the settings hold no token */
  constructor(settings: EngineSettings, askToken: () => Promise<string>) {
    this.#settings = settings;
    this.#askToken = askToken;
  }

  configure(settings: EngineSettings): void {
    this.#settings = settings;
  }

  /**
   * Names whose data this is: the service, and the operator as far as the token tells.
   *
   * @throws Error when the page cannot give its token
   */
  async owner(): Promise<string> {
    return `${this.#settings.serviceUrl} ${subjectOf(await this.#token())}`;
  }

  async #token(): Promise<string> {
    return this.#settings.token ?? (await this.#askToken());
  }

  /** Sends one request. Never rejects: what went wrong is in the reply's head. */
  async exchange(request: RequestHead, body: string, signal: AbortSignal): Promise<Reply> {
    let headers: Headers;
    try {
      headers = new Headers(this.#headers(request, await this.#token(), body !== ""));
    } catch (error) {
      return failed("token", error instanceof Error ? error.message : String(error));
    }
    let response: Response;
    try {
      response = await fetch(this.#settings.serviceUrl + API + request.path, {
        method: request.method,
        headers,
        body: body === "" ? null : body,
        signal,
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
      });
    } catch {
      return failed("unreachable");
    }
    let text: string;
    try {
      text = await response.text();
    } catch {
      return failed("cut");
    }
    this.lastExchangeAt = Date.now();
    return { head: JSON.stringify({ status: response.status, retryAfterMs: retryAfter(response) }), body: text };
  }

  #headers(request: RequestHead, token: string, hasBody: boolean): Record<string, string> {
    const headers: Record<string, string> = { traceparent: `00-${request.trace}-${request.trace.slice(16)}-01` };
    if (token) headers["authorization"] = `Bearer ${token}`;
    if (hasBody) headers["content-type"] = "application/json";
    if (request.key) headers["idempotency-key"] = request.key;
    return headers;
  }
}

function failed(failure: "token" | "unreachable" | "cut", reason?: string): Reply {
  return { head: JSON.stringify({ failure, reason }), body: "" };
}

/** `Retry-After` in ms, if the answer carries one in seconds. */
function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

/** The operator that a JSON Web Token names; a token of another kind keeps its secret, and so names nobody. */
function subjectOf(token: string): string {
  try {
    const claims = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))) as { sub?: unknown };
    return typeof claims.sub === "string" ? claims.sub : "";
  } catch {
    return "";
  }
}
