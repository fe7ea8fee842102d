/** HTTP to easyCIM over `fetch`, with failures told apart: unreachable, cut off, no token. */
import type { EngineSettings } from "../protocol";
import type { Reply } from "./boundary";

const API = "/easycim/v1";
/** Whoever asks for more patience than this is not going to answer. */
const RETRY_AFTER_MAX_MS = 3_600_000;
/** What a header may hold. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;

export class Transport {
  /** When easyCIM last answered, in epoch ms; null until it has. */
  lastExchangeAt: number | null = null;
  #settings: EngineSettings;
  #cache: RequestCache;
  readonly #askToken: () => Promise<string>;

  /** @param askToken asks the page, when the settings hold no token */
  constructor(settings: EngineSettings, askToken: () => Promise<string>) {
    this.#settings = settings;
    this.#askToken = askToken;
    this.#cache = cacheMode(settings);
  }

  configure(settings: EngineSettings): void {
    this.#settings = settings;
    this.#cache = cacheMode(settings);
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

  /**
   * Sends one request. Never rejects: what went wrong is in the reply's head.
   *
   * @param head `method path trace [key]`; the trace id is also the call's correlation id, the key of a write its
   *   Idempotency-Key
   */
  async exchange(head: string, body: string, signal: AbortSignal): Promise<Reply> {
    const [method = "", path = "", trace = "", key = ""] = head.split(" ");
    let token = this.#settings.token;
    try {
      token ??= await this.#askToken();
    } catch (error) {
      return failed("token", error instanceof Error ? error.message : String(error));
    }
    // A token that was read from a file or a command's output ends in a newline.
    token = token.trim();
    if (!HEADER_TEXT.test(token)) return failed("token", "it has characters that cannot be sent");
    const headers: Record<string, string> = { traceparent: `00-${trace}-${trace.slice(16)}-01` };
    if (token) headers["authorization"] = `Bearer ${token}`;
    if (body) headers["content-type"] = "application/json";
    if (key) headers["idempotency-key"] = key;
    let response: Response;
    try {
      response = await fetch(this.#settings.serviceUrl + API + path, {
        method,
        headers,
        body: body || null,
        signal,
        cache: this.#cache,
        credentials: "omit",
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
    return { head: response.ok ? String(response.status) : `${response.status} ${retryAfter(response)}`, body: text };
  }
}

/**
 * The service forbids its answers to be kept; what is left to choose is which is faster. To pass the cache by saves a
 * look into it, but makes Chromium ask a service of another origin for permission (CORS) before every single request.
 */
function cacheMode({ serviceUrl }: EngineSettings): RequestCache {
  return new URL(serviceUrl).origin === location.origin ? "no-store" : "default";
}

function failed(failure: "token" | "unreachable" | "cut", reason = ""): Reply {
  return { head: `${failure} ${reason}`, body: "" };
}

/** `Retry-After` in whole ms, if the answer carries one in seconds that makes sense. */
function retryAfter(response: Response): string {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return seconds >= 0 ? String(Math.min(Math.round(seconds * 1000), RETRY_AFTER_MAX_MS)) : "";
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
