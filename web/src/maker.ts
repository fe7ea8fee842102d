/**
 * The build's page: compiles the Python packages, makes the memory image and proves it, in the browser that will use
 * it. Node.js would not do: its function table is one slot longer, and the image would restore into nonsense.
 */
import { applyImage, packImage, readImage } from "./engine/image";
import { bootPlain, restore } from "./engine/python";
import type { EmscriptenModule, EmscriptenSettings, EngineFiles, Pyodide } from "./engine/pyodide";

interface StockPyodide extends Pyodide {
  pyimport(name: string): never;
  runPythonAsync(source: string): Promise<string>;
}

interface StockModule {
  loadPyodide(options: {
    indexURL: string;
    packageBaseUrl: string;
    packages: string[];
    env: Record<string, string>;
  }): Promise<StockPyodide>;
}

/** What the build calls; see web/build/image.py. */
export interface Maker {
  /** Resolves and freezes the packages with micropip, compiles them, uploads the archives; gives the frozen lock. */
  compile(pyodide: string, micropip: string, script: string): Promise<string>;
  /** Names what the interpreter exports, and what it and the library import. */
  symbols(interpreter: string, library: string): Promise<Record<"exports" | "own_imports" | "library_imports", string[]>>;
  /** Makes the image, uploads it, gives its figures. */
  make(files: EngineFiles, warmUp: string): Promise<Record<string, number>>;
  /** Restores the image and checks that memory and answers are those of the interpreter it was made from. */
  prove(files: EngineFiles, selfTest: string): Promise<string>;
}

const maker: Maker = {
  async compile(pyodideUrl, micropip, script) {
    const { loadPyodide } = (await import(`${pyodideUrl}pyodide.mjs`)) as StockModule;
    const pyodide = await loadPyodide({
      indexURL: pyodideUrl,
      packageBaseUrl: pyodideUrl,
      packages: [micropip],
      // Of each instruction the line, and not also the columns: a third of the tables, which every browser would load.
      env: { PYTHONNODEBUGRANGES: "1" },
    });
    const lock = await pyodide.runPythonAsync(script);
    await upload("stdlib.zip", pyodide.FS.readFile("/tmp/stdlib.zip"));
    await upload("site.zip", pyodide.FS.readFile("/tmp/site.zip"));
    return lock;
  },

  async symbols(interpreterUrl, libraryUrl) {
    const compile = (url: string) => WebAssembly.compileStreaming(fetch(url));
    const [interpreter, library] = await Promise.all([compile(interpreterUrl), compile(libraryUrl)]);
    const names = (descriptors: { name: string }[]) => descriptors.map(({ name }) => name);
    return {
      exports: names(WebAssembly.Module.exports(interpreter)),
      own_imports: names(WebAssembly.Module.imports(interpreter)),
      library_imports: names(WebAssembly.Module.imports(library)),
    };
  },

  async make(files, warmUp) {
    let fresh = new Uint8Array(0);
    const pyodide = await bootPlain(files, {
      prepare(settings: EmscriptenSettings) {
        let module: EmscriptenModule | null = null;
        settings.preRun.push((given) => (module = given));
        settings.onRuntimeInitialized = () => {
          fresh = module?.HEAPU8.slice() ?? fresh;
        };
      },
    });
    pyodide.runPython(warmUp);
    const cleared = clearFreeMemory(pyodide._module);
    const snapshot = pyodide.makeMemorySnapshot();
    const image = packImage(snapshot, fresh);
    await upload("image.bin", image);
    // What a restore would give, byte for byte, is what was there.
    const restored = fresh.slice();
    const heap = new Uint8Array(readImage(image).heapBytes);
    heap.set(restored);
    applyImage(readImage(image), heap);
    const original = snapshot.subarray(snapshot.length - heap.length);
    if (heap.some((byte, index) => byte !== original[index])) throw new Error("the image does not give the memory back");
    return { heapBytes: heap.length, imageBytes: image.length, clearedBytes: cleared };
  },

  async prove(files, selfTest) {
    const { pyodide } = await restore(files);
    return pyodide.runPython(selfTest) as string;
  },
};

/**
 * Overwrites what the allocator has free with zeros: garbage would be shipped to every browser. Allocates every free
 * block without letting the heap grow, clears it, and gives it back.
 */
function clearFreeMemory(module: EmscriptenModule): number {
  const taken: number[] = [];
  let cleared = 0;
  for (let size = 1 << 20; size >= 64; size >>= 1) {
    for (;;) {
      const top = module._sbrk(0);
      const address = module._malloc(size);
      if (module._sbrk(0) !== top) {
        module._free(address);
        break;
      }
      module.HEAPU8.fill(0, address, address + size);
      taken.push(address);
      cleared += size;
    }
  }
  for (const address of taken) module._free(address);
  return cleared;
}

async function upload(name: string, content: Uint8Array): Promise<void> {
  const response = await fetch(`/upload/${name}`, { method: "PUT", body: content as Uint8Array<ArrayBuffer> });
  if (!response.ok) throw new Error(`could not upload ${name}: ${response.status}`);
}

Object.assign(window, { maker });
