/** What must outlive the page: texts by key and alias, in IndexedDB. Never localStorage, which pages clear. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

/** One stored text. */
export interface Stored {
  readonly key: string;
  /** Other names by which it is found. */
  readonly aliases: readonly string[];
  /** When it was stored, in epoch ms. */
  readonly at: number;
  readonly text: string;
}

export interface Storage {
  /** `memory` where the browser grants no database: a reload forgets, and diagnostics say so. */
  readonly kind: "indexeddb" | "memory";
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

function latest(values: readonly Stored[]): Stored | undefined {
  return values.reduce<Stored | undefined>((best, value) => (best && best.at >= value.at ? best : value), undefined);
}
