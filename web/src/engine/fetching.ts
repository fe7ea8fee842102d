/** Gets the engine's files: checked against their hashes, and the big ones kept for the next page. */
import type { EngineFile } from "./pyodide";

/** The Cache Storage cache that holds what is too big to fetch or to decompress twice. */
const CACHE = "toolbar-py";
/** A cache that takes longer to find or to read a file hangs, as some browsers' do after a crash. */
const KEPT_WITHIN_MS = 3_000;

/** Fetches a file and lets the browser refuse it when it is not what the build made. */
export async function fetchChecked(file: EngineFile): Promise<Response> {
  const options: RequestInit = { integrity: file.integrity, credentials: "same-origin", mode: "cors" };
  let response: Response;
  try {
    response = await fetch(file.url, options);
  } catch {
    throw new Error(`${file.url} could not be fetched, or is not the file that was built`);
  }
  if (!response.ok) throw new Error(`${file.url} answered ${response.status}`);
  return response;
}

/**
 * Compiles a WebAssembly file: a kept one while its hash is taken, or one from the service, which is then kept.
 *
 * Measured, that takes half as long as to compile from the browser's HTTP cache, which decompresses it each time and
 * lets nothing through before it has checked the whole.
 *
 * @param onRead called when a kept file is in memory, or it is known that there is none
 */
export async function compileKept(file: EngineFile, onRead: () => void): Promise<WebAssembly.Module> {
  const cache = await openCache();
  const kept = await readKept(cache, file);
  onRead();
  if (kept) {
    const [whole, compiled] = await Promise.all([matches(kept, file.integrity), compile(kept).catch(() => null)]);
    if (whole && compiled) return compiled;
    void drop(cache, file.url);
  }
  return compile(await fetchAndKeep(cache, file));
}

function compile(bytes: Uint8Array): Promise<WebAssembly.Module> {
  return WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
}

/** Imports a module after its text was checked: `import` itself knows no hashes in a worker. */
export async function importChecked(file: EngineFile): Promise<object> {
  await (await fetchChecked(file)).arrayBuffer();
  return (await import(file.url)) as object;
}

/**
 * Gives a big file, decompressed: from Cache Storage when it is there and whole, else from the service.
 *
 * @param turn a kept file is not read before this has settled, so that it does not slow what is needed earlier; one
 *   that has to come from the service is asked for at once
 * @returns its bytes, and where they came from
 */
export async function fetchKept(
  file: EngineFile,
  turn: Promise<unknown>,
): Promise<{ bytes: Uint8Array; from: "cache" | "service" }> {
  const cache = await openCache();
  const kept = await readKept(cache, file, turn);
  if (kept) {
    if (await matches(kept, file.integrity)) return { bytes: kept, from: "cache" };
    void drop(cache, file.url);
  }
  return { bytes: await fetchAndKeep(cache, file), from: "service" };
}

async function fetchAndKeep(cache: Cache | null, file: EngineFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(await (await fetchChecked(file)).arrayBuffer());
  if (cache) void keep(cache, file.url, bytes);
  return bytes;
}

/** Reads a kept file; null when there is none, and when the browser's cache fails: it is a convenience, not a need. */
async function readKept(cache: Cache | null, file: EngineFile, turn?: Promise<unknown>): Promise<Uint8Array | null> {
  if (!cache) return null;
  try {
    const kept = await inTime(cache.match(file.url));
    if (!kept) return null;
    await turn?.catch(() => undefined);
    return new Uint8Array(await inTime(kept.arrayBuffer()));
  } catch {
    return null;
  }
}

async function drop(cache: Cache | null, url: string): Promise<void> {
  try {
    await cache?.delete(url);
  } catch {
    // What is not whole is not used, whether it can be deleted or not.
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the cache does not answer")), KEPT_WITHIN_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Stores a file, and drops the ones that earlier builds had in its place. */
async function keep(cache: Cache, url: string, bytes: Uint8Array): Promise<void> {
  try {
    for (const request of await cache.keys()) {
      if (request.url !== url && withoutHash(request.url) === withoutHash(url)) await cache.delete(request);
    }
    await cache.put(url, new Response(bytes as Uint8Array<ArrayBuffer>));
  } catch {
    // No room, or no permission: the next page fetches it again.
  }
}

/** The name that a file has in every build: its address without the hash of its content. */
function withoutHash(url: string): string {
  return url.replace(/-[0-9a-f]+(\.\w+)$/, "$1");
}

async function openCache(): Promise<Cache | null> {
  try {
    return await inTime(caches.open(CACHE));
  } catch {
    return null; // Pages without TLS and some private windows have none.
  }
}

/** Whether bytes have the hash of an integrity text. */
async function matches(bytes: Uint8Array, integrity: string): Promise<boolean> {
  const [algorithm = "", expected = ""] = integrity.split("-");
  const name = { sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" }[algorithm];
  if (!name) return false;
  const digest = new Uint8Array(await crypto.subtle.digest(name, bytes as Uint8Array<ArrayBuffer>));
  return btoa(String.fromCharCode(...digest)) === expected;
}
