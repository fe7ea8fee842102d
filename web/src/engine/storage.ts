/** What must outlive the page: texts by key and alias, in IndexedDB. Never localStorage, which pages clear. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Page, StorageRequest, Stored } from "../protocol";

export interface Storage {
  /**
   * `page` where the browser grants a database only to the page's own origin; `memory` where it grants none at all: a
   * reload forgets. Diagnostics tell which it is.
   */
  readonly kind: "indexeddb" | "page" | "memory";
  store(record: string, value: Stored): Promise<void>;
  find(record: string, key: string): Promise<string | undefined>;
  purge(record: string, before: number): Promise<void>;
}

interface Records {
  key: string;
  value: Stored;
  indexes: { aliases: string; at: number };
}

/** What is stored, a kind each: the contacts that were opened here, and the desk as it was last seen. */
interface Schema extends DBSchema {
  desk: Records;
  "desk-state": Records;
}

type RecordName = "desk" | "desk-state";

const RECORDS: readonly RecordName[] = ["desk", "desk-state"];
const NAME = "toolbar-py";
/** One more whenever there is a new kind: the older versions lack some of them. */
const VERSION = 2;
/** A database that takes longer hangs, as some browsers' do after a crash. */
const OPEN_WITHIN_MS = 3_000;

/** Opens the database, or a stand-in of memory where there is none (some sandboxed frames, some private windows). */
export async function openStorage(): Promise<Storage> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the database does not open")), OPEN_WITHIN_MS);
  });
  try {
    const storage = new DatabaseStorage();
    await Promise.race([storage.open(), late]);
    return storage;
  } catch {
    return new MemoryStorage();
  } finally {
    clearTimeout(timer);
  }
}

class DatabaseStorage implements Storage {
  readonly kind = "indexeddb";
  #database: Promise<IDBPDatabase<Schema>> | null = null;

  /** Opens the database, and opens it anew after the browser or another version of us has closed it. */
  open(): Promise<IDBPDatabase<Schema>> {
    this.#database ??= openDB<Schema>(NAME, VERSION, {
      upgrade(database) {
        for (const name of RECORDS) {
          if (database.objectStoreNames.contains(name)) continue;
          const records = database.createObjectStore(name, { keyPath: "key" });
          records.createIndex("aliases", "aliases", { multiEntry: true });
          records.createIndex("at", "at");
        }
      },
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
        this.#database = null;
      },
      terminated: () => (this.#database = null),
    });
    return this.#database;
  }

  async store(record: RecordName, value: Stored): Promise<void> {
    const transaction = (await this.open()).transaction(record, "readwrite");
    // What was opened for a contact and is opened again without one is still found by that contact.
    const known = (await transaction.store.get(value.key))?.aliases ?? [];
    const aliases = [...new Set([...known, ...value.aliases])];
    await Promise.all([transaction.store.put({ ...value, aliases }), transaction.done]);
  }

  async find(record: RecordName, key: string): Promise<string | undefined> {
    const { store } = (await this.open()).transaction(record);
    const found = await store.get(key);
    if (found) return found.text;
    return latest(await store.index("aliases").getAll(key))?.text;
  }

  async purge(record: RecordName, before: number): Promise<void> {
    const transaction = (await this.open()).transaction(record, "readwrite");
    let cursor = await transaction.store.index("at").openCursor(IDBKeyRange.upperBound(before, true));
    while (cursor) {
      await cursor.delete();
      cursor = await cursor.continue();
    }
    await transaction.done;
  }
}

class MemoryStorage implements Storage {
  readonly kind = "memory";
  readonly #records = new Map<string, Map<string, Stored>>();

  async store(record: string, value: Stored): Promise<void> {
    const known = this.#of(record).get(value.key)?.aliases ?? [];
    this.#of(record).set(value.key, { ...value, aliases: [...new Set([...known, ...value.aliases])] });
  }

  async find(record: string, key: string): Promise<string | undefined> {
    const values = this.#of(record);
    return (values.get(key) ?? latest([...values.values()].filter((value) => value.aliases.includes(key))))?.text;
  }

  async purge(record: string, before: number): Promise<void> {
    for (const [key, value] of this.#of(record)) if (value.at < before) this.#of(record).delete(key);
  }

  #of(record: string): Map<string, Stored> {
    let values = this.#records.get(record);
    if (!values) this.#records.set(record, (values = new Map()));
    return values;
  }
}

/** How long a page may take to store or find something; one that was loaded by an older script never answers. */
const PAGE_WITHIN_MS = 3_000;

/**
 * The database of the page's own origin, for an engine of another site to which the browser grants none (blocked
 * third-party cookies). What a page has opened is its own data, and Python on the page itself would keep it there too.
 */
export class PageStorage implements Storage {
  readonly kind = "page";
  readonly #ask: Page["storage"];
  readonly #rest: Storage;

  /**
   * @param ask has the page perform a request
   * @param rest for what the page does not take
   */
  constructor(ask: Page["storage"], rest: Storage) {
    this.#ask = ask;
    this.#rest = rest;
  }

  async store(record: string, value: Stored): Promise<void> {
    await this.#perform(["store", record, value]).catch(() => this.#rest.store(record, value));
  }

  async find(record: string, key: string): Promise<string | undefined> {
    const found = await this.#perform(["find", record, key]).catch(() => "");
    return found || this.#rest.find(record, key);
  }

  async purge(record: string, before: number): Promise<void> {
    await this.#perform(["purge", record, before]).catch(() => "");
    await this.#rest.purge(record, before);
  }

  async #perform(request: StorageRequest): Promise<string> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("the page does not answer")), PAGE_WITHIN_MS);
    });
    try {
      return await Promise.race([this.#ask(request), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Does what {@link PageStorage} asks for, on the page. */
export async function perform(storage: Storage, request: StorageRequest): Promise<string> {
  if (request[0] === "find") return (await storage.find(request[1], request[2])) ?? "";
  if (request[0] === "store") await storage.store(request[1], request[2]);
  else await storage.purge(request[1], request[2]);
  return "";
}

function latest(values: readonly Stored[]): Stored | undefined {
  return values.reduce<Stored | undefined>((best, value) => (best && best.at >= value.at ? best : value), undefined);
}
