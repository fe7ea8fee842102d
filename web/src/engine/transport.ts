/** HTTP to easyCIM over `fetch`, with failures told apart: unreachable, cut off, no token. */
import type { EngineSettings } from "../protocol";
import type { Reply } from "./boundary";
import { reach } from "./reach";
import { EventStream, readInto } from "./stream";

const API = "/easycim/v1";
/** Whoever asks for more patience than this is not going to answer. */
const RETRY_AFTER_MAX_MS = 3_600_000;
/** What a header may hold. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;

/** How long easyCIM may take to answer when all that is asked is whether it is there. */
const THERE_WITHIN_MS = 3_000;

export class Transport {
  /** When easyCIM last answered, in epoch ms; null until it has. */
  lastExchangeAt: number | null = null;
  /** Called when a request leaves under the name of somebody else than {@link identity} has told. */
  onStranger: () => void = () => undefined;
  /** Whom the token named that {@link identity} was told from; null before. */
  #known: string | null = null;
  /** The token of the last request, so that those after it with the same one need no reading. */
  #last: string | null = null;
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

  async #token(): Promise<string> {
    return this.#settings.token ?? (await this.#askToken());
  }

  /**
   * Says whose desk and whose data this is: the same for every tab of an operator of a service, and never the same for
   * two operators. A token that names nobody stands for somebody of its own, so that the next one finds nothing of it.
   *
   * @throws Error when the page cannot give its token
   */
  async identity(): Promise<string> {
    const token = (await this.#token()).trim();
    this.#known = bearerOf(token);
    this.#last = token;
    return `${this.#settings.serviceUrl} ${subjectOf(token) || fingerprint(token)}`;
  }

  /** Whether an {@link identity} is that of a token, which the page may not have had yet. */
  named(identity: string): boolean {
    return !identity.endsWith(" ");
  }

  /**
   * Sends one request. Never rejects: what went wrong is in the reply's head.
   *
   * @param head `method path trace [key]`; the trace id is also the call's correlation id, the key of a write its
   *   Idempotency-Key
   * @param onSend called when the token is there and the request leaves
   */
  async exchange(head: string, body: string, signal: AbortSignal, onSend: () => void): Promise<Reply> {
    const [method = "", path = "", trace = "", key = ""] = head.split(" ");
    const more: Record<string, string> = {};
    if (body) more["content-type"] = "application/json";
    if (key) more["idempotency-key"] = key;
    const response = await this.#request(method, path, trace, more, body || null, signal, onSend);
    return response instanceof Response ? this.#read(response) : response;
  }

  /**
   * Opens a stream of events. Never rejects: what went wrong is in the reply's head.
   *
   * @param head `path trace [last event id]`
   * @param controller ends the request, and is aborted when the stream ends
   * @returns the reply, and the stream when there is one
   */
  async listen(head: string, controller: AbortController): Promise<{ reply: Reply; stream: EventStream | null }> {
    const [path = "", trace = "", last = ""] = head.split(" ");
    const more: Record<string, string> = { accept: "text/event-stream" };
    if (last) more["last-event-id"] = last;
    const response = await this.#request("GET", path, trace, more, null, controller.signal, () => undefined);
    if (!(response instanceof Response)) return { reply: response, stream: null };
    if (!response.ok) return { reply: await this.#read(response), stream: null };
    if (!response.body || !response.headers.get("content-type")?.startsWith("text/event-stream")) {
      controller.abort();
      return { reply: failed("cut", "it is not a stream of events"), stream: null };
    }
    this.lastExchangeAt = Date.now();
    const stream = new EventStream(() => controller.abort());
    void readInto(stream, response.body);
    return { reply: { head: String(response.status), body: "" }, stream };
  }

  async #request(
    method: string,
    path: string,
    trace: string,
    more: Readonly<Record<string, string>>,
    body: string | null,
    signal: AbortSignal,
    onSend: () => void,
  ): Promise<Response | Reply> {
    let token = this.#settings.token;
    try {
      token ??= await this.#askToken();
    } catch (error) {
      return failed("token", error instanceof Error ? error.message : String(error));
    }
    // A token that was read from a file or a command's output ends in a newline.
    token = token.trim();
    if (!HEADER_TEXT.test(token)) return failed("token", "token_unusable");
    const headers: Record<string, string> = { traceparent: `00-${trace}-${trace.slice(16)}-01`, ...more };
    if (token) headers["authorization"] = `Bearer ${token}`;
    // The call may have been given up while the page looked for its token.
    if (signal.aborted) return failed("unreachable");
    onSend();
    this.#notice(token);
    try {
      return await fetch(this.#settings.serviceUrl + API + path, {
        method,
        headers,
        body,
        signal,
        cache: this.#cache,
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
      });
    } catch {
      // What has answered before lets this page's origin in.
      const refused = this.lastExchangeAt === null && !signal.aborted && (await this.#refusesOrigin());
      return refused ? failed("origin", location.origin) : failed("unreachable");
    }
  }

  /** Compares whose token a request has with whose desk the page sits at. */
  #notice(token: string): void {
    if (token === this.#last || this.#known === null) return;
    if (bearerOf(token) === this.#known) this.#last = token;
    else this.onStranger();
  }

  /**
   * Whether easyCIM is there and only does not let pages of this origin read its answers, which browsers do not tell.
   */
  async #refusesOrigin(): Promise<boolean> {
    const { serviceUrl } = this.#settings;
    if (isOwn(this.#settings) || (await reach(serviceUrl)) !== "up") return false;
    const signal = AbortSignal.timeout(THERE_WITHIN_MS);
    return fetch(`${serviceUrl}${API}/profile`, { cache: "no-store", credentials: "omit", signal }).then(
      () => false,
      () => true,
    );
  }

  async #read(response: Response): Promise<Reply> {
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
  return isOwn({ serviceUrl }) ? "no-store" : "default";
}

function isOwn({ serviceUrl }: Pick<EngineSettings, "serviceUrl">): boolean {
  return new URL(serviceUrl).origin === location.origin;
}

function failed(failure: "token" | "unreachable" | "cut" | "origin", reason = ""): Reply {
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

/** Whom a token names, or only that it is one: a token that names nobody may be renewed for the same operator. */
function bearerOf(token: string): string {
  return subjectOf(token) || (token && "\0");
}

/** Tells tokens apart that name nobody, without keeping any of them (FNV-1a, twice 32 bits). */
function fingerprint(token: string): string {
  let [first, second] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < token.length; index++) {
    first = Math.imul(first ^ token.charCodeAt(index), 0x01000193);
    second = Math.imul(second ^ token.charCodeAt(token.length - 1 - index), 0x01000193);
  }
  return token && `token ${(first >>> 0).toString(16)}${(second >>> 0).toString(16)}`;
}
