/**
 * The loader: defines `window.TOOLBAR` at once, queues calls, starts Python, hands over to it (contract section 1).
 * A classic script, so that a page may load it in any way and at any time.
 */
import { Bookmark } from "./facade/bookmark";
import { Callbacks } from "./facade/callbacks";
import { Calls } from "./facade/calls";
import { Config } from "./facade/config";
import { ToolbarError } from "./facade/errors";
import { contactMethods } from "./facade/contact";
import { install, isInstalled, legacyToolbar } from "./facade/install";
import { LegacyContacts } from "./facade/legacy";
import { ToolbarPromise } from "./facade/promise";
import { Statistics } from "./facade/statistics";
import type { EngineInfo, Failure } from "./protocol";
import { Starter } from "./starter";

function main(): void {
  if (isInstalled(window)) return;
  const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;
  const loadedAt = performance.now();
  const config = new Config(script, Reflect.get(window, "TOOLBAR_CONFIG"));
  const statistics = new Statistics();
  const calls = new Calls(config, statistics);
  const callbacks = new Callbacks(new Bookmark());
  const legacy = legacyToolbar(window);
  let connection: unknown = null;
  let leaseUntil: number | null = null;
  const announce = (text: string) => {
    connection = JSON.parse(text) as unknown;
    window.dispatchEvent(new CustomEvent("toolbar:connection", { detail: JSON.parse(text) as unknown }));
  };
  const tellFailure = (reason: Failure) => {
    window.dispatchEvent(new CustomEvent("toolbar:error", { detail: { ...reason } }));
  };
  const starter = new Starter(config, calls, {
    tell(kind, mark, text) {
      if (kind === "lease") {
        leaseUntil = Number(text);
        return;
      }
      const closed = kind === "connection" && (JSON.parse(text) as { state: unknown }).state === "closed";
      if (closed) {
        callbacks.forget();
        leaseUntil = null;
      }
      // Beside a legacy SDK the page's callbacks are that SDK's.
      callbacks.take(mark, kind === "contact" && !legacy ? text : null);
      if (kind === "connection") announce(text);
    },
    replaced: () => contacts?.repeat(),
    connection: (told) => announce(JSON.stringify(told)),
    gaveUp: tellFailure,
    reached: () => callbacks.reached,
  });
  const contacts = legacy && new LegacyContacts(legacy, (event) => calls.note(event));

  let bootMs: number | null = null;
  const ready = new ToolbarPromise<EngineInfo & { bootMs: number }>((resolve, reject) => {
    starter.start().then(
      (info) => {
        bootMs = Math.round(performance.now() - loadedAt);
        const detail = { version: info.version, runtime: info.runtime, bootMs };
        resolve(detail);
        window.dispatchEvent(new CustomEvent("toolbar:ready", { detail }));
      },
      (reason: Failure) => {
        calls.fail(reason);
        reject(new ToolbarError(reason, ""));
        tellFailure(reason);
      },
    );
  });
  // Whoever wants to know awaits `ready`; that nobody does is not an error of the page's.
  ready.catch(() => undefined);

  const report = () => ({
    methods: statistics.report(),
    pending: calls.pending,
    bootMs,
    runtime: starter.runtime,
    connection,
    leaseUntil,
  });
  install(window, calls, contactMethods(config, callbacks), {
    ready,
    configure: (given) => {
      config.configure(given);
      starter.reconfigure();
    },
    health: () => ToolbarPromise.resolve(report()),
    diagnostics: () =>
      ToolbarPromise.resolve(starter.diagnostics()).then((found) => ({ ...report(), ...found, page: location.origin })),
  });
  addEventListener("beforeunload", () => callbacks.leaving());
  addEventListener("pagehide", () => starter.putAway());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    callbacks.back();
    starter.back();
  });
}

main();
