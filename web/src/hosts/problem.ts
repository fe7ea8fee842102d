/** Why Python cannot run in a place, in words that can be told to a person in their language. */
import { BOOT_REASONS } from "../generated/contract";
import type { BootReason } from "../protocol";

export class HostError extends Error {
  /** @param details what the reason's sentence names */
  constructor(
    readonly reason: BootReason,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(reason);
  }
}

/** Takes whatever was raised as a reason: what is none of ours keeps its last line, which of a traceback is the gist. */
export function asHostError(error: unknown): HostError {
  if (error instanceof HostError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HostError("failed", { said: message.trim().split("\n").at(-1) ?? "" });
}

/** What a page's own policy forbids. */
const FORBIDDEN: readonly BootReason[] = ["frame_forbidden", "wasm_forbidden"];

/** Whether the page's own policy is the reason. */
export function isForbidden(reason: BootReason): boolean {
  return FORBIDDEN.includes(reason);
}

/** Whether a text that came over a port is a reason. */
export function isBootReason(text: string): text is BootReason {
  return Object.hasOwn(BOOT_REASONS.en, text);
}
