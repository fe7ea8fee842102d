/** One Python of this realm, and the pages that are connected to it. */
import { VERSION } from "../generated/contract";
import type { EngineSettings, Page, Runtime as RuntimeName, StartedEngine } from "../protocol";
import { Boundary } from "./boundary";
import type { EngineFiles } from "./pyodide";
import { bootPython, type Python } from "./python";
import { openStorage, PageStorage, type Storage } from "./storage";
import { Transport } from "./transport";

export class Runtime {
  readonly #python: Python;
  readonly #storage: Storage;
  readonly #name: RuntimeName;

  private constructor(python: Python, storage: Storage, name: RuntimeName) {
    this.#python = python;
    this.#storage = storage;
    this.#name = name;
  }

  /**
   * Boots Python in this realm.
   *
   * @param name what kind of realm it is
   * @throws Error when Python cannot be brought up
   */
  static async boot(files: EngineFiles, name: RuntimeName): Promise<Runtime> {
    const [python, storage] = await Promise.all([bootPython(files), openStorage()]);
    return new Runtime(python, storage, name);
  }

  /**
   * Connects a page: gives it an engine of its own, whose calls meet no other page's.
   *
   * @param bookmark the tab's last place in the stream of events, or `""`
   */
  connect(settings: EngineSettings, page: Page, bookmark: string): StartedEngine {
    const transport = new Transport(settings, () => page.token());
    // On the page itself there is no other database to ask for.
    const elsewhere = this.#storage.kind === "memory" && this.#name !== "page";
    const storage = elsewhere ? new PageStorage((request) => page.storage(request), this.#storage) : this.#storage;
    const boundary = new Boundary(page, transport, storage, settings.logLevel);
    this.#python.connect(boundary, settings.locale, bookmark);
    const { reason } = this.#python.boot;
    return {
      info: { version: VERSION, runtime: this.#name, ...(reason === undefined ? {} : { slowBoot: reason }) },
      call: (id, path, args, correlationId) => boundary.call(id, path, args, correlationId),
      abort: (id, code, timeoutMs) => boundary.abort(id, code, timeoutMs),
      configure: (changed) => {
        transport.configure(changed);
        boundary.configure(changed);
      },
      diagnostics: async () => ({
        version: VERSION,
        instance: boundary.instance,
        storage: storage.kind,
        boot: this.#python.boot,
        ...this.#python.census(),
        asksWaiting: boundary.waiting,
        streams: boundary.streams,
        lastExchangeAt: transport.lastExchangeAt,
      }),
      close: () => boundary.close(),
    };
  }
}
