/** Gets Python up: from the memory image, and if that fails for any reason by a plain boot. */
import type { Boundary } from "./boundary";
import { compileKept, fetchChecked, fetchKept, importChecked } from "./fetching";
import { applyImage, fillHeader, HEADER_ROOM, readImage } from "./image";
import {
  commonOptions,
  createLinkedModule,
  type CreateModule,
  type EmscriptenSettings,
  type EngineFiles,
  LIBRARY_PATH,
  loadPyodide,
  type Modules,
  type Parts,
  type Pyodide,
} from "./pyodide";

/** How Python came up, for diagnostics and for the measurements of docs/performance.md. */
export interface Boot {
  readonly kind: "image" | "plain";
  /** Where the image came from. */
  readonly image?: "cache" | "service";
  /** Why the image was not used. */
  readonly reason?: string;
  /** When each stage was done, in ms after the boot began in this realm. */
  readonly stages: Readonly<Record<string, number>>;
}

/** Python, ready to be started. */
export interface Python {
  /** How it came up, and why not from the image when it did not. */
  readonly boot: Boot;
  /** Connects a page: lets Python register itself with the page's boundary. */
  connect(boundary: Boundary, locale: string, bookmark: string): void;
  /** What a leak would show in: the Wasm heap in bytes, and the objects that each side holds of the other. */
  census(): { heapBytes: number; proxies: number; references: number };
}

interface BrowserModule {
  /** Opens what all pages of this interpreter share; gives the function that connects a page. */
  open_realm(entropy: number): (boundary: Boundary, locale: string, bookmark: string) => void;
}

/** @throws Error when Python cannot be brought up in either way */
export async function bootPython(files: EngineFiles): Promise<Python> {
  const stages = new Stages();
  try {
    const { pyodide, from } = await restore(files, stages);
    return started(pyodide, { kind: "image", image: from, stages: stages.done("python") });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const pyodide = await bootPlain(files);
    return started(pyodide, { kind: "plain", reason, stages: stages.done("python") });
  }
}

/** Restores an interpreter from the memory image. */
export async function restore(
  files: EngineFiles,
  stages = new Stages(),
): Promise<{ pyodide: Pyodide; from: "cache" | "service" }> {
  let onRead = () => {};
  const read = new Promise<void>((resolve) => (onRead = resolve));
  const modules = compileAll(files, onRead);
  const kept = fetchKept(files.image, read);
  modules.then(
    () => stages.done("compiled"),
    () => undefined, // looked at below, as the next one
  );
  kept.then(
    () => stages.done("image"),
    () => undefined,
  );
  // Pyodide takes it at the start and reads it after the module is made: by then the image has filled it.
  const header = new Uint8Array(HEADER_ROOM);
  let from: "cache" | "service" = "service";
  const pyodide = await withParts(files, modules, async (parts) =>
    loadPyodide({
      ...commonOptions(files.empty, `${files.empty}python_stdlib.zip`, async (settings) => {
        const module = await createLinkedModule(parts, settings);
        stages.done("linked");
        const found = await kept;
        from = found.from;
        const image = readImage(found.bytes);
        fillHeader(header, image);
        if (module.HEAPU8.length < image.heapBytes) module.growMemory(image.heapBytes);
        applyImage(image, module.HEAPU8);
        return module;
      }),
      _loadSnapshot: header,
    }),
  );
  return { pyodide, from };
}

/** Boots an interpreter without the image: slower, and the same afterwards. Also how the build makes the image. */
export async function bootPlain(files: EngineFiles, making?: { prepare(settings: EmscriptenSettings): void }): Promise<Pyodide> {
  const site = fetchChecked(files.site).then(async (response) => new Uint8Array(await response.arrayBuffer()));
  site.catch(() => undefined);
  return withParts(files, compileAll(files, () => undefined), async (parts) => {
    await fetchChecked(files.stdlib); // Pyodide fetches it again, from the cache, and does not check it
    const content = await site;
    return loadPyodide({
      ...commonOptions(files.empty, files.stdlib.url, async (settings) => {
        making?.prepare(settings);
        return createLinkedModule(parts, settings);
      }),
      fsInit: async (fileSystem, { sitePackages }) => {
        fileSystem.writeFile("/lib/site.zip", content);
        // The import system looks for a file of that name; what is in it was linked before.
        fileSystem.mkdirTree(`${sitePackages}/pydantic_core`);
        fileSystem.writeFile(LIBRARY_PATH, new Uint8Array(0));
      },
      _makeSnapshot: making !== undefined,
    });
  });
}

/**
 * Compiles both Wasm files at once.
 *
 * @param onRead called when the interpreter, the biggest part, is in memory or on its way from the service
 */
async function compileAll(files: EngineFiles, onRead: () => void): Promise<Modules> {
  const [interpreter, library] = await Promise.all([
    compileKept(files.interpreter, onRead),
    compileKept(files.library, () => undefined),
  ]);
  return { interpreter, library };
}

/** Boots as soon as the glue is there, and fails when the modules cannot be compiled or instantiated. */
async function withParts<T>(
  files: EngineFiles,
  modules: Promise<Modules>,
  boot: (parts: Parts) => Promise<T>,
): Promise<T> {
  modules.catch(() => undefined); // it is looked at once the glue is there
  const glue = (await importChecked(files.glue)) as { default: CreateModule };
  return new Promise((resolve, reject) => {
    boot({ modules, createModule: glue.default, failed: reject }).then(resolve, reject);
  });
}

/** Notes when each stage of a boot was done. */
class Stages {
  readonly #from = performance.now();
  readonly #done: Record<string, number> = {};

  done(stage: string): Readonly<Record<string, number>> {
    this.#done[stage] = Math.round((performance.now() - this.#from) * 10) / 10;
    return this.#done;
  }
}

function started(pyodide: Pyodide, boot: Python["boot"]): Python {
  const module = pyodide._module;
  // A few proxies are made in a page's life: to watch for more costs nothing.
  module.enable_pyproxy_allocation_tracing();
  const browser: BrowserModule = pyodide.pyimport("toolbar_py.page.host.browser");
  const connect = browser.open_realm(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
  return {
    boot,
    connect,
    census: () => ({
      heapBytes: module.HEAPU8.length,
      proxies: module.pyproxy_alloc_map.size,
      references: module._hiwire_num_refs(),
    }),
  };
}
