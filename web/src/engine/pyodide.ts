/** Pyodide as we use it: its options, its private parts, and the compiled library that is linked before it starts. */
import { loadPyodide as load } from "pyodide/pyodide.mjs";

/** A file of the engine, checked against its hash before it is used. */
export interface EngineFile {
  /** Absolute URL. */
  readonly url: string;
  /** Subresource integrity, `sha256-...`. */
  readonly integrity: string;
}

/** Everything the engine is made of. */
export interface EngineFiles {
  /**
   * A folder of empty files under the names that Pyodide fetches whether they are needed or not. The real ones come
   * through {@link Parts}, compiled while everything else is on its way.
   */
  readonly empty: string;
  /** Emscripten's part of Pyodide, a module; without what nobody asks for, as the interpreter (web/build/trimming.py). */
  readonly glue: EngineFile;
  /** The interpreter. */
  readonly interpreter: EngineFile;
  /** pydantic's compiled core. */
  readonly library: EngineFile;
  /** The memory image; see image.ts. */
  readonly image: EngineFile;
  /** The standard library, compiled; for a plain boot. */
  readonly stdlib: EngineFile;
  /** The installed packages and our own, compiled; for a plain boot. */
  readonly site: EngineFile;
}

/** The compiled Wasm files. */
export interface Modules {
  readonly interpreter: WebAssembly.Module;
  readonly library: WebAssembly.Module;
}

/** The compiled modules, which may still be on their way, and the function that makes an interpreter of them. */
export interface Parts {
  readonly modules: Promise<Modules>;
  readonly createModule: CreateModule;
  /** Told when the interpreter cannot be instantiated: Pyodide itself would wait for ever. */
  readonly failed: (error: unknown) => void;
}

export type CreateModule = (settings: EmscriptenSettings) => Promise<EmscriptenModule>;

interface LoadedLibrary {
  refcount: number;
  name: string;
  exports: unknown;
  global: boolean;
}

/** Emscripten's module: private to Pyodide, so it is named here only. */
export interface EmscriptenModule {
  readonly HEAPU8: Uint8Array;
  readonly LDSO: { readonly loadedLibsByName: Record<string, LoadedLibrary> };
  readonly pyproxy_alloc_map: ReadonlyMap<unknown, string>;
  loadWebAssemblyModule(module: WebAssembly.Module, flags: object, path: string, scope: object, handle: number): unknown;
  growMemory(bytes: number): void;
  enable_pyproxy_allocation_tracing(): void;
  _hiwire_num_refs(): number;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _sbrk(bytes: number): number;
}

/** WebGL's functions, which the interpreter imports the addresses of and Python never calls. */
const GRAPHICS = /^emscripten_gl/;

type InstantiateWasm = (
  imports: Record<string, Record<string, unknown>>,
  done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
) => object;

/** The part of Emscripten's settings that we add to. */
export interface EmscriptenSettings {
  readonly preRun: ((module: EmscriptenModule) => void)[];
  instantiateWasm: InstantiateWasm;
  onRuntimeInitialized?: () => void;
}

export interface FileSystem {
  writeFile(path: string, content: Uint8Array): void;
  mkdirTree(path: string): void;
}

export interface Pyodide {
  readonly _module: EmscriptenModule;
  readonly FS: FileSystem & { readFile(path: string): Uint8Array };
  pyimport(name: string): never;
  runPython(source: string): unknown;
  makeMemorySnapshot(): Uint8Array;
}

interface Options {
  readonly indexURL: string;
  readonly packageBaseUrl: string;
  readonly lockFileContents: string;
  readonly stdLibURL: string;
  readonly enableRunUntilComplete: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly createPyodideModule: CreateModule;
  readonly fsInit?: (files: FileSystem, info: { sitePackages: string }) => Promise<void>;
  readonly _makeSnapshot?: boolean;
  readonly _loadSnapshot?: Uint8Array;
}

export const loadPyodide = load as unknown as (options: Options) => Promise<Pyodide>;

/** Where Python looks for pydantic's compiled core, and so the name under which it must be linked. */
export const LIBRARY_PATH =
  "/lib/python3.14/site-packages/pydantic_core/_pydantic_core.cpython-314-wasm32-emscripten.so";

/** A lock without packages: none is loaded at run time. */
const EMPTY_LOCK = JSON.stringify({
  info: { arch: "wasm32", platform: "emscripten_5_0_3", version: "0", python: "3.14.2", abi_version: "2026_0" },
  packages: {},
});

/** What making an image and restoring it must have in common, or the memory would not fit. */
export function commonOptions(empty: string, stdlib: string, createPyodideModule: CreateModule): Options {
  return {
    indexURL: empty,
    packageBaseUrl: empty,
    lockFileContents: EMPTY_LOCK,
    stdLibURL: stdlib,
    // Product code is async only; Safari has no stack switching and would raise.
    enableRunUntilComplete: false,
    // 2: docstrings would be a seventh of the image. No columns beside the lines, for the same reason. A fixed hash seed,
    // because a restored interpreter has one anyway.
    env: { PYTHONOPTIMIZE: "2", PYTHONNODEBUGRANGES: "1", PYTHONHASHSEED: "0", PYTHONPATH: "/lib/site.zip" },
    createPyodideModule,
  };
}

/**
 * Makes an interpreter with pydantic's core linked before Python starts.
 *
 * Linked at that moment, the library gets the same place in memory and table whenever it is done, which is what lets a
 * memory image hold it; Pyodide by itself would link it when it is imported.
 */
export async function createLinkedModule(parts: Parts, settings: EmscriptenSettings): Promise<EmscriptenModule> {
  let library: WebAssembly.Module;
  settings.instantiateWasm = (imports, done) => {
    // What Pyodide's own hook adds, in the form that it uses where a browser cannot do better.
    const marker = Symbol("error marker");
    const env = { ...imports["env"], Jsv_GetError_import: () => marker, JsvError_Check: (value: unknown) => value === marker };
    const complete = { ...imports, env, "GOT.func": withoutGraphics(imports["GOT.func"]!) } as WebAssembly.Imports;
    parts.modules
      .then(async (modules) => {
        library = modules.library;
        done(await WebAssembly.instantiate(modules.interpreter, complete), modules.interpreter);
      })
      .catch((error: unknown) => parts.failed(error));
    return {};
  };
  settings.preRun.push((module) => {
    const flags = { loadAsync: false, nodelete: true, allowUndefined: true };
    const exports = module.loadWebAssemblyModule(library, flags, LIBRARY_PATH, {}, 0);
    const name = LIBRARY_PATH;
    module.LDSO.loadedLibsByName[name] = { refcount: Number.POSITIVE_INFINITY, name, exports, global: false };
  });
  return parts.createModule(settings);
}

/**
 * Gives the functions whose addresses the interpreter asks for, with none for those of WebGL: Emscripten compiles a small
 * module for each of them, hundreds in all, while the thread waits.
 */
function withoutGraphics(addresses: Record<string, unknown>): Record<string, unknown> {
  const none = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
  return new Proxy(addresses, {
    get: (given, name) => (typeof name === "string" && GRAPHICS.test(name) ? none : Reflect.get(given, name)),
  });
}
