/** Boots stock Pyodide from our own files, and installs our Python with micropip from our own index. */
import type { EngineSettings } from "../protocol";
import type { Boundary } from "./boundary";

/** Where the engine's files are: absolute URLs. */
export interface EngineFiles {
  /** The folder of Pyodide's own files. */
  readonly pyodide: string;
  /** The folder of our package index. */
  readonly index: string;
  /** The wheel of micropip. */
  readonly micropip: string;
}

/** Python, ready to be started. */
export interface BootedPython {
  /** Starts the toolbar and lets it register itself with the boundary. */
  start(boundary: Boundary, settings: EngineSettings): void;
  /** What a leak would show in: the Wasm heap in bytes, and the objects each side holds of the other. */
  census(): { heapBytes: number; proxies: number; references: number };
}

/** What we use of Pyodide; its own types drag in Node's. */
interface Pyodide {
  pyimport(name: "micropip"): Micropip;
  pyimport(name: "toolbar_py.page.host.browser"): BrowserModule;
  /** Emscripten's module: private, so it is touched here only. */
  readonly _module: {
    readonly HEAP8: Int8Array;
    readonly pyproxy_alloc_map: ReadonlyMap<unknown, string>;
    enable_pyproxy_allocation_tracing(): void;
    _hiwire_num_refs(): number;
  };
}

interface PyodideModule {
  loadPyodide(options: {
    indexURL: string;
    packageBaseUrl: string;
    packages: string[];
    enableRunUntilComplete: boolean;
  }): Promise<Pyodide>;
}

interface BrowserModule {
  start(boundary: Boundary, settings: string): void;
}

interface Micropip {
  install: { callKwargs(requirement: string, options: { index_urls: string }): Promise<void> };
}

/** @returns Python with `toolbar_py` installed and imported. */
export async function bootPyodide(files: EngineFiles): Promise<BootedPython> {
  const { loadPyodide } = (await import(`${files.pyodide}pyodide.mjs`)) as PyodideModule;
  const pyodide = await loadPyodide({
    indexURL: files.pyodide,
    packageBaseUrl: files.pyodide,
    packages: [files.micropip],
    // Product code is async only; Safari has no stack switching and would raise.
    enableRunUntilComplete: false,
  });
  // Three proxies are made in a page's life: to watch for more costs nothing.
  pyodide._module.enable_pyproxy_allocation_tracing();
  const micropip = pyodide.pyimport("micropip");
  await micropip.install.callKwargs("toolbar-py-page", { index_urls: `${files.index}{package_name}.html` });
  const browser = pyodide.pyimport("toolbar_py.page.host.browser");
  return {
    start: (boundary, settings) => browser.start(boundary, JSON.stringify(settings)),
    census: () => ({
      heapBytes: pyodide._module.HEAP8.length,
      proxies: pyodide._module.pyproxy_alloc_map.size,
      references: pyodide._module._hiwire_num_refs(),
    }),
  };
}
