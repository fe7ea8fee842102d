/** Copies what a page passes into JSON text, and finds the trailing options (contract section 2). */

/** Longer than any text the contract allows, so that a clipped one is still refused, with the right limit named. */
const CLIP_TEXT = 16_384;
/** More than any list the contract allows, for the same reason. */
const CLIP_LIST = 1_000;
/** Up to here a copy is taken as it is; above, it is made again with clipping. */
const USUAL_LENGTH = 65_536;
/** No legitimate call is this long. The Wasm heap never shrinks, so what is longer does not get into it. */
const LENGTH_MAX = 262_144;
/** How JSON writes a half of a surrogate pair, and that half itself. */
const HALF_PAIR = /\\u[dD][89a-fA-F]/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** The longest delay that a timer of a browser can hold. */
const TIMER_MAX = 2 ** 31 - 1;

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface CopiedCall {
  /** JSON text for Python: the positional arguments, or `{problem}`. */
  readonly text: string;
  readonly options: CallOptions;
}

/** A problem in the words of toolbar_py/wire/problems.py. */
interface Problem {
  readonly argument: string;
  readonly problem: string;
  readonly [more: string]: unknown;
}

/**
 * Copies the arguments of a call when it is made, also those that are Proxies of a framework.
 *
 * @param parameters the contract's names of the method's parameters
 * @param passed what the page passed, perhaps with trailing options
 */
export function copyCall(parameters: readonly string[], passed: readonly unknown[]): CopiedCall {
  let values = passed;
  while (values.length > 0 && values[values.length - 1] === undefined) values = values.slice(0, -1);
  const last = values[values.length - 1];
  let options: CallOptions = {};
  try {
    if (isOptions(last, parameters[values.length - 1])) {
      values = values.slice(0, -1);
      const checked = checkOptions(last);
      if ("problem" in checked) return { text: JSON.stringify({ problem: checked }), options };
      options = checked;
    }
    return { text: copyValues(parameters, values), options };
  } catch {
    // A getter or a Proxy of the page's that throws when looked at.
    const problem = { argument: "options", problem: "type", expected: "copyable" };
    return { text: JSON.stringify({ problem }), options };
  }
}

/** @param parameter the contract's name of the place where the value stands, if there is one */
function isOptions(value: unknown, parameter: string | undefined): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if ("signal" in value || "timeoutMs" in value) return true;
  // Options without a wish. Where an object may stand as a value, it is that: a malformed one.
  return parameter !== "labels" && Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length === 0;
}

function checkOptions(given: Record<string, unknown>): CallOptions | Problem {
  const { signal, timeoutMs } = given;
  const options: { signal?: AbortSignal; timeoutMs?: number } = {};
  if (timeoutMs !== undefined && timeoutMs !== null) {
    if (typeof timeoutMs !== "number" || !(timeoutMs > 0)) {
      return { argument: "timeoutMs", problem: "type", expected: "positive" };
    }
    options.timeoutMs = Math.min(timeoutMs, TIMER_MAX);
  }
  if (signal !== undefined && signal !== null) {
    if (typeof AbortSignal === "undefined" || !(signal instanceof AbortSignal)) {
      return { argument: "signal", problem: "type", expected: "abort_signal" };
    }
    options.signal = signal;
  }
  return options;
}

function copyValues(parameters: readonly string[], values: readonly unknown[]): string {
  const copies: string[] = [];
  for (const [index, name] of parameters.entries()) {
    let copy: string | undefined;
    try {
      copy = JSON.stringify(values[index]);
      // JSON escapes a half of a surrogate pair, which no UTF-8 and so no Python text can hold.
      const odd = copy !== undefined && (copy.length > USUAL_LENGTH || HALF_PAIR.test(copy));
      if (odd) copy = JSON.stringify(values[index], clip);
    } catch {
      // A circle, a BigInt, a getter that throws.
      return JSON.stringify({ problem: { argument: name, problem: "type", expected: "copyable" } });
    }
    if (copy !== undefined && copy.length > LENGTH_MAX) {
      const problem = { argument: name, problem: "length", max: LENGTH_MAX, unit: "characters" };
      return JSON.stringify({ problem });
    }
    copies.push(copy ?? "null");
  }
  return `[${copies.join()}]`;
}

function clip(_key: string, value: unknown): unknown {
  if (typeof value === "string") return value.slice(0, CLIP_TEXT).replace(LONE_SURROGATE, "\ufffd");
  if (Array.isArray(value) && value.length > CLIP_LIST) return value.slice(0, CLIP_LIST) as unknown[];
  return value;
}
