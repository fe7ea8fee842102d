/** The engine: Python, and beside it the little JavaScript that fetches and stores for it. */
import { VERSION } from "../generated/contract";
import type { Engine, EngineInfo, EngineSettings, Page } from "../protocol";
import { Boundary } from "./boundary";
import { bootPyodide, type EngineFiles } from "./boot";
import { openStorage } from "./storage";
import { Transport } from "./transport";

export interface StartedEngine extends Engine {
  readonly info: EngineInfo;
  diagnostics(): Record<string, unknown>;
}

/**
 * Boots Python and gives an engine that answers calls.
 *
 * @param files where the engine's files are
 * @param settings see {@link EngineSettings}
 * @param page whom to answer
 */
export async function startEngine(files: EngineFiles, settings: EngineSettings, page: Page): Promise<StartedEngine> {
  const [python, storage] = await Promise.all([bootPyodide(files), openStorage()]);
  const transport = new Transport(settings, () => page.token());
  const boundary = new Boundary(page, transport, storage, settings.logLevel);
  python.start(boundary, settings);
  return {
    info: { version: VERSION, runtime: "page" },
    call: (id, path, args, correlationId) => boundary.call(id, path, args, correlationId),
    abort: (id, code, timeoutMs) => boundary.abort(id, code, timeoutMs),
    configure: (changed) => {
      transport.configure(changed);
      boundary.logLevel = changed.logLevel;
    },
    diagnostics: () => ({
      version: VERSION,
      storage: storage.kind,
      ...python.census(),
      asksWaiting: boundary.waiting,
      lastExchangeAt: transport.lastExchangeAt,
    }),
  };
}
