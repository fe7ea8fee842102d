/** Reads server-sent events (HTML standard, section 9.2) out of text that comes in pieces, cut anywhere. */

/** One event: its type, its own id (empty when it has none), its data. */
export type StreamMessage = readonly [event: string, id: string, data: string];

/** More than any desk that the contract allows: a stream that goes on without an end of line must not fill the memory. */
const EVENT_MAX = 4_194_304;
const LINE_END = /\r\n?|\n/g;

export class EventParser {
  /** The line that has not ended yet. */
  #rest = "";
  /** A line ended with the last character that came: a line feed that comes next belongs to it. */
  #afterReturn = false;
  #event = "";
  #id = "";
  #data: string[] = [];
  #dataLength = 0;

  /**
   * Takes the next piece of the stream.
   *
   * @returns the events that are complete now, in order
   * @throws RangeError when a line or an event is longer than any can be
   */
  push(text: string): StreamMessage[] {
    if (text === "") return [];
    const piece = this.#afterReturn && text.startsWith("\n") ? text.slice(1) : text;
    this.#afterReturn = text.endsWith("\r");
    const found: StreamMessage[] = [];
    let from = 0;
    for (const end of piece.matchAll(LINE_END)) {
      this.#take(this.#rest + piece.slice(from, end.index), found);
      this.#rest = "";
      from = end.index + end[0].length;
    }
    this.#rest += piece.slice(from);
    if (this.#rest.length + this.#dataLength > EVENT_MAX) throw new RangeError("an event is too long");
    return found;
  }

  #take(line: string, found: StreamMessage[]): void {
    if (line === "") {
      if (this.#data.length > 0) found.push([this.#event || "message", this.#id, this.#data.join("\n")]);
      this.#event = this.#id = "";
      this.#data = [];
      this.#dataLength = 0;
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") {
      this.#data.push(value);
      this.#dataLength += value.length + 1;
    } else if (field === "event") {
      this.#event = value;
    } else if (field === "id" && !value.includes("\0")) {
      this.#id = value;
    }
  }
}
