/**
 * The memory image: what a warmed interpreter's memory holds beyond what a fresh one holds anyway.
 *
 * A raw snapshot of Pyodide is the whole Wasm heap, mostly zeros and the constant data of the Wasm files. The image
 * keeps only the pages that differ from a fresh interpreter's at the same point, so half as much is read and copied.
 *
 * Layout, little-endian: magic, heap bytes, header bytes, number of runs (32 bits each); the header of Pyodide's own
 * snapshot; the runs as pairs of 32 bits, first page and number of pages; padding to a page; the pages.
 */

const MAGIC = 0x49504254; // "TBPI"
const PREFIX_BYTES = 16;
const RUN_BYTES = 8;
export const PAGE_BYTES = 4096;
/** Room for the header of Pyodide's own snapshot, which is some hundred bytes long. */
export const HEADER_ROOM = 4096;

/** An image, unpacked. Its arrays are views of the file's bytes. */
export interface Image {
  /** The size of the heap in bytes. */
  readonly heapBytes: number;
  /** Pyodide's own snapshot with no memory in it: what its restore reads the rest from. */
  readonly header: Uint8Array;
  /** First page and number of pages, in pairs. */
  readonly runs: Uint32Array;
  readonly pages: Uint8Array;
}

/**
 * Makes an image.
 *
 * @param snapshot what Pyodide's `makeMemorySnapshot` gave
 * @param fresh the memory of a fresh interpreter, right before Python starts
 */
export function packImage(snapshot: Uint8Array, fresh: Uint8Array): Uint8Array {
  const heapOffset = new DataView(snapshot.buffer, snapshot.byteOffset).getUint32(4, true);
  const header = snapshot.subarray(0, heapOffset);
  const heap = snapshot.slice(heapOffset);
  const words = new BigUint64Array(heap.buffer);
  const freshWords = new BigUint64Array(fresh.slice().buffer);
  const runs: number[] = [];
  let open = false;
  for (let page = 0; page < heap.length / PAGE_BYTES; page++) {
    const differs = pageDiffers(words, freshWords, page);
    if (differs && open) runs[runs.length - 1]! += 1;
    else if (differs) runs.push(page, 1);
    open = differs;
  }
  const start = roundUp(PREFIX_BYTES + header.length + runs.length * (RUN_BYTES / 2));
  const total = runs.reduce((sum, value, index) => (index % 2 ? sum + value : sum), 0);
  const image = new Uint8Array(start + total * PAGE_BYTES);
  const view = new DataView(image.buffer);
  [MAGIC, heap.length, header.length, runs.length / 2].forEach((value, index) => view.setUint32(index * 4, value, true));
  image.set(header, PREFIX_BYTES);
  runs.forEach((value, index) => view.setUint32(PREFIX_BYTES + header.length + index * 4, value, true));
  let at = start;
  for (let run = 0; run < runs.length; run += 2) {
    const from = runs[run]! * PAGE_BYTES;
    const bytes = runs[run + 1]! * PAGE_BYTES;
    image.set(heap.subarray(from, from + bytes), at);
    at += bytes;
  }
  return image;
}

/** @throws Error when the bytes are not an image, or not a whole one */
export function readImage(bytes: Uint8Array): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX_BYTES || view.getUint32(0, true) !== MAGIC) throw new Error("not a memory image");
  const [heapBytes, headerBytes, count] = [4, 8, 12].map((at) => view.getUint32(at, true)) as [number, number, number];
  const header = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes);
  const runs = new Uint32Array(count * 2);
  for (let index = 0; index < runs.length; index++) {
    runs[index] = view.getUint32(PREFIX_BYTES + headerBytes + index * 4, true);
  }
  const pages = bytes.subarray(roundUp(PREFIX_BYTES + headerBytes + count * RUN_BYTES));
  const expected = runs.reduce((sum, value, index) => (index % 2 ? sum + value : sum), 0) * PAGE_BYTES;
  if (pages.length !== expected) throw new Error("the memory image is cut off");
  return { heapBytes, header, runs, pages };
}

/**
 * Writes an image's header into the room that Pyodide was given for it.
 *
 * @throws Error when it does not fit
 */
export function fillHeader(room: Uint8Array, image: Image): void {
  if (image.header.length > room.length) throw new Error("the memory image has too long a header");
  room.set(image.header);
  // Pyodide copies what lies behind its header into the heap: nothing, because the pages are written here.
  new DataView(room.buffer).setUint32(4, room.length, true);
}

/** Writes an image over the memory of a fresh interpreter. */
export function applyImage(image: Image, heap: Uint8Array): void {
  let at = 0;
  for (let run = 0; run < image.runs.length; run += 2) {
    const bytes = image.runs[run + 1]! * PAGE_BYTES;
    heap.set(image.pages.subarray(at, at + bytes), image.runs[run]! * PAGE_BYTES);
    at += bytes;
  }
}

function pageDiffers(words: BigUint64Array, fresh: BigUint64Array, page: number): boolean {
  const wordsPerPage = PAGE_BYTES / 8;
  for (let index = page * wordsPerPage; index < (page + 1) * wordsPerPage; index++) {
    if (words[index] !== (fresh[index] ?? 0n)) return true;
  }
  return false;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}
