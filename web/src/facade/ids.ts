/** Trace ids of calls. `crypto.randomUUID` is missing on pages without TLS. */

const ID_BYTES = 16;
const IDS_AT_ONCE = 64;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Makes W3C trace ids: 128 random bits each, taken from the browser's generator many at a time. */
export class TraceIds {
  readonly #bytes = new Uint8Array(ID_BYTES * IDS_AT_ONCE);
  #used = this.#bytes.length;

  next(): string {
    if (this.#used === this.#bytes.length) {
      crypto.getRandomValues(this.#bytes);
      this.#used = 0;
    }
    let id = "";
    for (const end = this.#used + ID_BYTES; this.#used < end; this.#used++) id += HEX[this.#bytes[this.#used]!]!;
    return id;
  }
}
