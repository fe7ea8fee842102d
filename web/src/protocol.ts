/**
 * What crosses between the page's TOOLBAR object and the engine in which Python runs: ids and texts, never a live
 * object. The same calls serve an engine on the page and, as messages, one behind a port.
 */

/** The settings that Python and the transport beside it need. Plain data. */
export interface EngineSettings {
  /** Origin (and path prefix, if any) of easyCIM, without a slash at the end. */
  readonly serviceUrl: string;
  readonly locale: "it" | "en";
  readonly logLevel: LogLevel;
}

export type LogLevel = "silent" | "error" | "warn" | "info" | "debug";

/** Why a call is ended before its answer came. */
export type AbortCode = "ABORTED" | "TIMEOUT";

/** The engine, as the page sees it. */
export interface Engine {
  /** `args` is JSON text: the positional arguments, or `{problem}` when they could not be copied. */
  call(id: number, path: string, args: string, correlationId: string): void;
  abort(id: number, code: AbortCode, timeoutMs: number): void;
  configure(settings: EngineSettings): void;
}

/** The page, as the engine sees it. */
export interface Page {
  /** Settles call `id` with JSON text: the answer when `ok`, else a failure. */
  answer(id: number, ok: boolean, text: string): void;
  /** The bearer token for the next request; an empty text when none is configured. */
  token(): string | Promise<string>;
  /** The engine cannot go on: no call in flight will be answered. */
  lost(reason: string): void;
}

/** What an engine tells of itself once it answers calls. */
export interface EngineInfo {
  readonly version: string;
  /** Where Python runs. */
  readonly runtime: "page";
}

/** A failure as it crosses from Python; see `Failure` in toolbar_py/wire/errors.py. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly outcomeKnown: boolean;
}
