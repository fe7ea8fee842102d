/**
 * What crosses between the page's TOOLBAR object and the engine in which Python runs: ids and texts, never a live
 * object. The same calls serve an engine on the page and, as messages, one behind a port.
 */
import type { BOOT_REASONS } from "./generated/contract";

/** The settings that Python and the transport beside it need. Plain data. */
export interface EngineSettings {
  /** Origin (and path prefix, if any) of easyCIM, without a slash at the end. */
  readonly serviceUrl: string;
  readonly locale: "it" | "en";
  readonly logLevel: LogLevel;
  /** The bearer token, or null when the page has to be asked for it before each request. */
  readonly token: string | null;
}

/**
 * What Python tells the page: an event for the bound callbacks, how the stream of events is doing, or until when the
 * operator's reservations are sure.
 */
export type TellKind = "contact" | "connection" | "lease";

export type LogLevel = "silent" | "error" | "warn" | "info" | "debug";

/** What is stored in the browser: its key is unique in its record, and it is found by aliases too. */
export interface Stored {
  readonly key: string;
  readonly aliases: readonly string[];
  /** When it was stored, in epoch ms. */
  readonly at: number;
  readonly text: string;
}

/** What an engine asks of the page's database; only to `find` has an answer, `""` for nothing. */
export type StorageRequest =
  | readonly ["store", record: string, value: Stored]
  | readonly ["find", record: string, key: string]
  | readonly ["purge", record: string, before: number];

/** Why Python does not run in a place: a word of `BOOT_REASONS` in toolbar_py/wire/texts.py. */
export type BootReason = keyof (typeof BOOT_REASONS)["en"];

/** Why a call is ended before its answer came. */
export type AbortCode = "ABORTED" | "TIMEOUT";

/** The engine, as the page sees it. */
export interface Engine {
  /** `args` is JSON text: the positional arguments, or `{problem}` when they could not be copied. */
  call(id: number, path: string, args: string, correlationId: string): void;
  abort(id: number, code: AbortCode, timeoutMs: number): void;
  configure(settings: EngineSettings): void;
  /** What support needs to know of the engine: plain data. */
  diagnostics(): Promise<Record<string, unknown>>;
  /**
   * The page goes, or takes another engine.
   *
   * @param leaving whether the page goes: a shared worker then has its place in the page until the browser removes that,
   *   or the engine is closed once more, so that the next page may find it alive
   */
  close(leaving?: boolean): void;
}

/** An engine that answers calls. */
export interface StartedEngine extends Engine {
  readonly info: EngineInfo;
}

/** The page, as the engine sees it. */
export interface Page {
  /** Settles call `id` with JSON text: the answer when `ok`, else a failure. */
  answer(id: number, ok: boolean, text: string): void;
  /**
   * Takes what has happened, as JSON text.
   *
   * @param bookmark where in the stream of events that was, whose it is, and since when the page is there; or `""`
   */
  tell(kind: TellKind, bookmark: string, text: string): void;
  /** Gives the bearer token for the next request, when it is a function of the page's that knows it. */
  token(): Promise<string>;
  /** Stores or finds something in the page's own database, for an engine that the browser grants none. */
  storage(request: StorageRequest): Promise<string>;
  /** The engine cannot go on: no call in flight will be answered. */
  lost(reason: string): void;
}

/** What an engine tells of itself once it answers calls. */
export interface EngineInfo {
  readonly version: string;
  /** Where Python runs. */
  readonly runtime: Runtime;
  /** Why it had to boot without its memory image, if it had to. */
  readonly slowBoot?: string;
}

/** `page`: in the page itself; `worker`, `shared`: in a (shared) worker; `frame`: in a hidden frame of the service's. */
export type Runtime = "page" | "worker" | "shared" | "frame";

/** A failure as it crosses from Python; see `Failure` in toolbar_py/wire/errors.py. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly outcomeKnown: boolean;
}

/**
 * What the page says over a port. The first message is `start`, with the tab's last place in the stream of events, `""`
 * if it has none.
 */
export type ToEngine =
  | readonly ["start", EngineSettings, bookmark: string]
  | readonly ["call", id: number, path: string, args: string, correlationId: string]
  | readonly ["abort", id: number, code: AbortCode, timeoutMs: number]
  | readonly ["configure", EngineSettings]
  | readonly ["token", askId: number, token: string | null, reason: string]
  | readonly ["stored", askId: number, text: string]
  | readonly ["diagnose", id: number]
  | readonly ["ping"]
  | readonly ["close"];

/** What the engine says over a port. */
export type ToPage =
  | readonly ["up", EngineInfo]
  | readonly ["failed", reason: string]
  /** A better place behind this port could not be had; this one is tried next. */
  | readonly ["passed", place: string, reason: BootReason]
  | readonly ["answer", id: number, ok: boolean, text: string]
  | readonly ["tell", kind: TellKind, bookmark: string, text: string]
  | readonly ["token", askId: number]
  | readonly ["storage", askId: number, request: StorageRequest]
  | readonly ["diagnosis", id: number, findings: Record<string, unknown>]
  | readonly ["pong"]
  | readonly ["lost", reason: string];
