/** The scripts that the loader loads, put in by the build as the constant `ASSETS`. */
import type { EngineFile } from "./engine/pyodide";

interface AssetFile {
  /** Below `/sdk/`. */
  readonly path: string;
  readonly integrity: string;
}

declare const ASSETS: Readonly<Record<"engine" | "worker", AssetFile>>;

/** The engine on the page. */
export function engineScript(base: string): EngineFile {
  return located(base, ASSETS.engine);
}

/** The engine in a worker. */
export function workerScript(base: string): EngineFile {
  return located(base, ASSETS.worker);
}

/** The hidden frame's page. */
export function framePage(base: string): string {
  return `${base}frame.html`;
}

function located(base: string, file: AssetFile): EngineFile {
  return { url: base + file.path, integrity: file.integrity };
}
