/** The configuration of contract section 1: `data-*` attributes, then `TOOLBAR_CONFIG`, then `TOOLBAR.configure`. */
import type { EngineSettings, LogLevel } from "../protocol";

type TokenSource = string | (() => string | Promise<string>);

const KEYS = ["serviceUrl", "token", "locale", "ui", "runtime", "timeoutMs", "logLevel"] as const;
const LOCALES = ["it", "en"] as const;
const UIS = ["none", "bar"] as const;
const RUNTIMES = ["auto", "page", "worker", "shared", "frame"] as const;
const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
/** Contract section 2. */
const DEFAULT_TIMEOUT_MS = 15_000;

export class Config {
  serviceUrl = "";
  locale: "it" | "en" = "it";
  ui: (typeof UIS)[number] = "none";
  runtime: (typeof RUNTIMES)[number] = "auto";
  timeoutMs = DEFAULT_TIMEOUT_MS;
  logLevel: LogLevel = "warn";
  #token: TokenSource = "";
  #inUse = false;

  /**
   * @param script the tag that loaded us, when it is known
   * @param global what the page put into `window.TOOLBAR_CONFIG`
   */
  constructor(script: HTMLScriptElement | null, global: unknown) {
    if (script) {
      this.serviceUrl = serviceOf(script.src) ?? "";
      this.#apply(fromAttributes(script), "data-* attributes");
    }
    if (global !== undefined) this.#apply(global, "TOOLBAR_CONFIG");
  }

  /** Called at the first use; what decides where the engine lives cannot change from then on. */
  freeze(): void {
    this.#inUse = true;
  }

  /** `TOOLBAR.configure`. The token, the locale, the deadline and the log level may change at any time. */
  configure(given: unknown): void {
    if (this.#inUse && isObject(given) && ("serviceUrl" in given || "runtime" in given)) {
      console.warn("TOOLBAR.configure: serviceUrl and runtime can be set before the first use only; ignored");
      const { serviceUrl: _url, runtime: _runtime, ...rest } = given;
      this.#apply(rest, "TOOLBAR.configure");
      return;
    }
    this.#apply(given, "TOOLBAR.configure");
  }

  /** Whether a call was made. */
  get inUse(): boolean {
    return this.#inUse;
  }

  /** Where Python is to run and which service it serves: what is settled by the first use. */
  get place(): string {
    return `${this.runtime} ${this.serviceUrl}`;
  }

  /**
   * Gives the bearer token, of the page's function if it is one.
   *
   * @throws Error when the function fails, with what it said, or gives something else: `token_not_text`
   */
  async askToken(): Promise<string> {
    const token: unknown = typeof this.#token === "function" ? await this.#token() : this.#token;
    if (typeof token !== "string") throw new TypeError("token_not_text");
    return token;
  }

  /** What crosses to the engine. */
  settings(): EngineSettings {
    const { serviceUrl, locale, logLevel } = this;
    return { serviceUrl, locale, logLevel, token: typeof this.#token === "string" ? this.#token : null };
  }

  #apply(given: unknown, where: string): void {
    if (!isObject(given)) {
      console.warn(`${where}: an object was expected, with any of ${KEYS.join(", ")}`);
      return;
    }
    for (const [key, value] of Object.entries(given)) {
      if (value === undefined || value === null) continue;
      const expected = this.#set(key, value);
      if (expected) console.warn(`${where}: ${key} ${expected}; ignored`);
    }
  }

  /** Gives what is wrong with a setting, or nothing. */
  #set(key: string, value: unknown): string | undefined {
    switch (key) {
      case "serviceUrl": {
        const url = typeof value === "string" ? parseServiceUrl(value) : null;
        if (url === null) return "must be an http(s) URL with its scheme, e.g. https://easycim.example";
        this.serviceUrl = url;
        return undefined;
      }
      case "token":
        if (typeof value !== "string" && typeof value !== "function") return "must be text or a function giving it";
        this.#token = value as TokenSource;
        return undefined;
      case "timeoutMs":
        if (typeof value !== "number" || !(value > 0)) return "must be a number of milliseconds above zero";
        this.timeoutMs = Math.min(value, 2 ** 31 - 1);
        return undefined;
      case "locale":
        return this.#choose(LOCALES, value, (choice) => (this.locale = choice));
      case "ui":
        return this.#choose(UIS, value, (choice) => (this.ui = choice));
      case "runtime":
        return this.#choose(RUNTIMES, value, (choice) => (this.runtime = choice));
      case "logLevel":
        return this.#choose(LOG_LEVELS, value, (choice) => (this.logLevel = choice));
      default:
        return `is not a setting; the settings are ${KEYS.join(", ")}`;
    }
  }

  #choose<T extends string>(choices: readonly T[], value: unknown, set: (choice: T) => void): string | undefined {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) return `must be one of ${choices.join(", ")}`;
    set(choice);
    return undefined;
  }
}

/** The service that a loader script came from: it lies under `/sdk/` there. Unknown for a copy kept elsewhere. */
function serviceOf(source: string): string | null {
  const at = source.indexOf("/sdk/toolbar.js");
  return at < 0 ? null : parseServiceUrl(source.slice(0, at));
}

/** Gives the address, or null for a text that is none. Without a scheme `easycim.example` would be a file of the page's. */
function parseServiceUrl(text: string): string | null {
  if (!/^\s*(https?:|\/)/i.test(text)) return null;
  try {
    const url = new URL(text, location.href);
    if (url.protocol !== "https:" && url.protocol !== "http:") return null;
    return url.origin + url.pathname.replace(/\/+$/, "");
  } catch {
    return null;
  }
}

function fromAttributes(script: HTMLScriptElement): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const key of KEYS) {
    const value = script.dataset[key];
    if (value !== undefined) given[key] = key === "timeoutMs" ? Number(value) : value;
  }
  return given;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
