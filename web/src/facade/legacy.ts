/**
 * Companion mode (contract section 1): the contacts of a legacy SDK on the same page, read through its callback so that
 * Python knows what is at the desk. Nothing of that SDK is changed.
 */

/**
 * The part of a legacy SDK that is used. Its methods that answer are not: of two such calls of one method under way it
 * answers the last only, so that to ask could leave the page without its answer.
 */
interface LegacyContact {
  bindContactCallback(callback: (event: unknown, data: unknown) => void): unknown;
}

/** What is looked at of an event; Python takes what it needs of the rest. */
interface ContactEvent {
  readonly id: unknown;
  readonly CallData?: unknown;
}

type Note = (event: object) => void;

/** An SDK that loads its parts one by one has them all by then. */
const LOOK_FOR_MS = 60_000;
const LOOK_EVERY_MS = 100;
/** The contacts that are remembered at most. One can be saved after it has left the desk; a day has some 200. */
const CONTACTS_MAX = 200;

export class LegacyContacts {
  readonly #note: Note;
  /** What is known of each contact, the one that was told of last at the end. */
  readonly #latest = new Map<unknown, ContactEvent>();

  /**
   * @param toolbar the legacy SDK's object
   * @param note told of every contact event
   */
  constructor(toolbar: object, note: Note) {
    this.#note = note;
    this.#look(toolbar, performance.now() + LOOK_FOR_MS);
  }

  /** Tells again what is known, to a Python that was started anew. */
  repeat(): void {
    for (const event of this.#latest.values()) this.#note(event);
  }

  #look(toolbar: object, until: number): void {
    const contact: unknown = Reflect.get(toolbar, "CONTACT");
    if (isContact(contact)) this.#listen(contact);
    else if (performance.now() < until) setTimeout(() => this.#look(toolbar, until), LOOK_EVERY_MS);
  }

  #listen(contact: LegacyContact): void {
    try {
      contact.bindContactCallback((_event, data) => this.#take(data));
    } catch (error) {
      console.warn("TOOLBAR: the contacts of the legacy SDK cannot be read", error);
    }
  }

  #take(given: unknown): void {
    const event = parsed(given);
    if (!isEvent(event)) return; // of the agent
    const known = this.#latest.get(event.id);
    this.#latest.delete(event.id);
    // Some of its events come without CallData; what was there holds on, as in Python.
    this.#latest.set(event.id, { ...event, CallData: hasEntries(event.CallData) ? event.CallData : known?.CallData });
    if (this.#latest.size > CONTACTS_MAX) this.#latest.delete(this.#latest.keys().next().value);
    this.#note(event);
  }
}

/** Some versions give text. The copy is ours: the page may change its own object. */
function parsed(given: unknown): unknown {
  try {
    return JSON.parse(typeof given === "string" ? given : JSON.stringify(given)) as unknown;
  } catch {
    return undefined;
  }
}

function hasEntries(callData: unknown): boolean {
  return Array.isArray(callData) && callData.some((entry: { name?: unknown } | null) => Boolean(entry?.name));
}

function isEvent(value: unknown): value is ContactEvent {
  return typeof value === "object" && value !== null && "id" in value;
}

function isContact(value: unknown): value is LegacyContact {
  const found = value as Partial<LegacyContact> | null | undefined;
  return typeof found?.bindContactCallback === "function";
}
