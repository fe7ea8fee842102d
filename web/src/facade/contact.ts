/**
 * The part of `TOOLBAR.CONTACT` that is answered at once and on the page, because functions and live objects cannot
 * cross to Python (contract section 4).
 */
import { CALLBACK_PROBLEMS } from "../generated/contract";
import type { Callbacks, ContactCallback } from "./callbacks";
import type { Config } from "./config";
import { ToolbarError } from "./errors";
import { ToolbarPromise } from "./promise";

type Method = (...args: unknown[]) => unknown;

/** Gives the methods by name. */
export function contactMethods(config: Config, callbacks: Callbacks): Record<string, Method> {
  const refuse = (problem: keyof typeof CALLBACK_PROBLEMS): ToolbarPromise<never> => {
    const { details, messages } = CALLBACK_PROBLEMS[problem];
    const message = messages[config.locale];
    const failure = { code: "INVALID_ARGUMENT", message, retryable: false, details, outcomeKnown: true };
    return ToolbarPromise.reject(new ToolbarError(failure, "")) as ToolbarPromise<never>;
  };
  return {
    GetCallDataValueByName: (contact, name) => callDataValue(contact, name),
    bindContactCallback: (callback) => {
      if (typeof callback !== "function") return refuse("callback");
      callbacks.bind(callback as ContactCallback);
      return ToolbarPromise.resolve(true);
    },
    unbindContactCallback: (callback) => {
      if (typeof callback !== "function") return refuse("callback");
      callbacks.unbind(callback as ContactCallback);
      return ToolbarPromise.resolve(true);
    },
    triggerContactCallback: (event) => {
      const text = copyOf(event);
      if (text === undefined) return refuse("event");
      callbacks.call(text);
      return ToolbarPromise.resolve(true);
    },
  };
}

/** Gives the last value under a name in a contact's CallData; `""` when there is none, and on any error. */
function callDataValue(contact: unknown, name: unknown): string {
  try {
    const entries = (contact as { CallData: Iterable<{ name: unknown; value: unknown }> }).CallData;
    let found: unknown = "";
    for (const entry of entries) if (entry.name === name) found = entry.value;
    return found === null || found === undefined ? "" : String(found);
  } catch {
    return "";
  }
}

function copyOf(event: unknown): string | undefined {
  if (typeof event !== "object" || event === null) return undefined;
  try {
    return JSON.stringify(event);
  } catch {
    return undefined; // a circle, a getter that throws
  }
}
