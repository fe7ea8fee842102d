/** The error with which a Promise of ours rejects, and the failures that are found before Python is up. */
import { BOOT_REASONS, RETRYABLE, SENTENCES, UNCERTAIN } from "../generated/contract";
import type { BootReason, Failure } from "../protocol";

/** Contract section 2. `outcomeKnown` is false in the rare case that a write may or may not have happened. */
export class ToolbarError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly correlationId: string;
  readonly outcomeKnown: boolean;

  constructor(failure: Failure, correlationId: string) {
    // Without a stack: it would only show our own insides, and for an error whose stack begins in a script of another
    // origin browsers keep `unhandledrejection` to themselves, so that the page would never hear of it.
    const errors = Error as { stackTraceLimit?: number };
    const limit = errors.stackTraceLimit;
    errors.stackTraceLimit = 0;
    super(failure.message);
    if (limit !== undefined) errors.stackTraceLimit = limit;
    this.name = "ToolbarError";
    this.code = failure.code;
    this.retryable = failure.retryable;
    this.details = failure.details;
    this.correlationId = correlationId;
    this.outcomeKnown = failure.outcomeKnown;
  }

  /** An Error has no own enumerable text; pages that log `JSON.stringify(error)` should see what happened. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, retryable, details, correlationId, outcomeKnown } = this;
    return { name, code, message, retryable, details, correlationId, outcomeKnown };
  }
}

/**
 * Builds a failure in the same words that Python would use.
 *
 * @param path the method that was called, for what to do when its outcome is not known
 */
export function failure(
  code: keyof (typeof SENTENCES)["it"],
  locale: "it" | "en",
  details: Readonly<Record<string, unknown>> = {},
  outcomeKnown = true,
  path = "",
): Failure {
  const uncertain = UNCERTAIN[locale]?.[path] ?? UNCERTAIN[locale]?.[""] ?? "";
  const message = outcomeKnown ? filled(SENTENCES[locale][code], details) : uncertain;
  return { code, message, retryable: RETRYABLE.includes(code), details, outcomeKnown };
}

/** Words a reason for which Python does not run in a place, with what it names. */
export function bootReason(reason: BootReason, locale: "it" | "en", details: Readonly<Record<string, unknown>>): string {
  return filled(BOOT_REASONS[locale][reason], details);
}

function filled(sentence: string, details: Readonly<Record<string, unknown>>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? "?"));
}
