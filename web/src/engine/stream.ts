/** A stream of events on its way to Python, which takes all that has come whenever it is ready for more. */
import type { Reply } from "./boundary";
import { EventParser, type StreamMessage } from "./sse";

/** What is read ahead of Python. What is not read stays with the service, which knows how to deal with that. */
const AHEAD_MAX = 1_000;

/** The reply after the last message of a stream. */
export const ENDED: Reply = { head: '{"ended":true}', body: "[]" };
const SILENT: Reply = { head: '{"silent":true}', body: "[]" };

export class EventStream {
  readonly #onEnd: () => void;
  #messages: StreamMessage[] = [];
  #ended = false;
  /** Wakes whoever waits for the next message. */
  #wake: (() => void) | null = null;
  /** Lets whoever reads ahead go on. */
  #taken: (() => void) | null = null;

  /** @param onEnd called once, when the stream ends from either side */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Adds messages. Gives a promise of the moment when there is room for more. */
  async push(messages: readonly StreamMessage[]): Promise<void> {
    if (this.#ended || messages.length === 0) return;
    this.#messages.push(...messages);
    this.#wake?.();
    if (this.#messages.length > AHEAD_MAX) await new Promise<void>((resolve) => (this.#taken = resolve));
  }

  /** Nothing more comes; what has come can still be taken. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake?.();
    this.#taken?.();
    this.#onEnd();
  }

  /**
   * Gives all messages that came since the last time, as soon as there is one.
   *
   * @param ms how long to wait for it
   */
  take(ms: number): Promise<Reply> {
    if (this.#messages.length > 0 || this.#ended) return Promise.resolve(this.#said());
    return new Promise((resolve) => {
      const settle = (reply: Reply) => {
        clearTimeout(timer);
        this.#wake = null;
        resolve(reply);
      };
      const timer = setTimeout(() => settle(SILENT), ms);
      this.#wake = () => settle(this.#said());
    });
  }

  #said(): Reply {
    if (this.#messages.length === 0) return ENDED;
    const body = JSON.stringify(this.#messages);
    this.#messages = [];
    this.#taken?.();
    this.#taken = null;
    return { head: "{}", body };
  }
}

/** Reads a response's events into a stream until either ends. Never rejects. */
export async function readInto(stream: EventStream, body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    while (!stream.ended) {
      const { done, value } = await reader.read();
      if (done) break;
      await stream.push(parser.push(decoder.decode(value, { stream: true })));
    }
  } catch {
    // Cut off, aborted, or no stream of events at all: for Python it has ended.
  }
  stream.end();
  reader.cancel().catch(() => undefined);
}
