// Events, gathered into batches and sent until the server has them.
import { create, fromBinary, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate, timestampNow, type Timestamp } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { retryHintMs, toConnectError } from "./transport.js";
import { EventSchema, Verb, type Event, type RecordEventsRequestSchema, type RecordEventsResponse } from "./v1.js";

const MAX_EVENT_BYTES = 64 << 10;
const MAX_BATCH_BYTES = 1 << 20;

/** As many events wait as may: the server is away for long, or slower than the events come. The event was not taken. */
export class QueueFullError extends Error {
  override name = "QueueFullError";
}

/** An event's fields: `verb` by its name too ("read"), `occurredAt` as a Date too; without `eventId` it gets one, without a time the present. */
export type EventFields = Omit<MessageInitShape<typeof EventSchema>, "verb" | "occurredAt" | "$typeName"> & {
  verb: Verb | Lowercase<Exclude<keyof typeof Verb, "UNSPECIFIED">>;
  occurredAt?: Date | Timestamp;
};

/** What was not acknowledged, kept where it outlives the process. */
export interface Spool {
  /** What an earlier process left, oldest first. */
  readonly waiting: readonly Uint8Array[];
  /** Throws where the event could not be kept. */
  append(event: Uint8Array): void;
  /** The oldest so many need not be sent again. */
  done(count: number): void;
  close(): void;
}

export interface EventBatcherOptions {
  /** Events in a call, 1 to 1000; a call also has at most 1 MiB. Default: 500. */
  batch?: number;
  /** Milliseconds that the first event of a batch waits for others. Default: 100. */
  delayMs?: number;
  /** Events held at most, those under way included. Default: 100,000. */
  pending?: number;
  /** Bytes held at most. Default: 64 MiB. */
  pendingBytes?: number;
  /** The longest wait after the first failure, and after many, in milliseconds; waits are drawn between 0 and that. Default: 100 to 10,000. */
  backoffMs?: [number, number];
  /** Called with each event that the server refuses, and why. Default: console.error. */
  onRefused?: (event: Event, why: string) => void;
  /** Called when events begin to be held back. Default: console.warn. */
  onHeldBack?: (why: string) => void;
  spool?: Spool;
}

type Record = (request: MessageInitShape<typeof RecordEventsRequestSchema>, options: { signal: AbortSignal }) => Promise<RecordEventsResponse>;

interface Waiting {
  event: Event;
  bytes: number;
  addedAt: number;
}

function newId(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages without TLS have no randomUUID.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function makeEvent({ verb, occurredAt, ...fields }: EventFields): Event {
  const event = create(EventSchema, fields);
  const known = typeof verb === "string" ? (Verb as unknown as { [name: string]: Verb })[verb.toUpperCase()] : verb;
  if (typeof known !== "number") throw new RangeError(`verb: ${verb}; right: "read" and the like, or v1.Verb.READ`);
  event.verb = known;
  event.eventId ||= newId();
  event.occurredAt = occurredAt === undefined ? timestampNow() : occurredAt instanceof Date ? timestampFromDate(occurredAt) : occurredAt;
  return event;
}

/**
 * Takes events at once and sends them in batches, in order, until each is recorded.
 *
 * Whatever keeps a batch from being recorded is retried for as long as it takes; only what the server says is wrong with an event
 * (invalid_argument), or that its id stands for another event, drops that event, by onRefused.
 */
export class EventBatcher {
  readonly #record: Record;
  readonly #options: Required<Omit<EventBatcherOptions, "spool">>;
  readonly #spool: Spool | undefined;
  // Oldest first. The events of the batch under way are still here.
  #queue: Waiting[] = [];
  #bytes = 0;
  #added = 0;
  #finished = 0;
  #flushUntil = 0;
  #closing = false;
  #running: Promise<void> | undefined;
  readonly #abandon = new AbortController();
  // Wakes whoever waits for a change.
  #wake = () => {};
  #watchers = new Set<() => void>();

  constructor(record: Record, options: EventBatcherOptions = {}) {
    this.#record = record;
    this.#options = {
      batch: options.batch ?? 500,
      delayMs: options.delayMs ?? 100,
      pending: options.pending ?? 100_000,
      pendingBytes: options.pendingBytes ?? 64 << 20,
      backoffMs: options.backoffMs ?? [100, 10_000],
      onRefused: options.onRefused ?? ((event, why) => console.error(`cofilter: event ${event.eventId} was refused: ${why}`)),
      onHeldBack: options.onHeldBack ?? ((why) => console.warn(`cofilter: events are held back: ${why}`)),
    };
    if (!(this.#options.batch >= 1 && this.#options.batch <= 1000)) throw new RangeError(`batch: ${options.batch}; right: 1 to 1000`);
    this.#spool = options.spool;
    for (const content of this.#spool?.waiting ?? []) this.#enqueue(fromBinary(EventSchema, content), content.length);
  }

  /** Events that wait, those under way included. */
  get size(): number {
    return this.#queue.length;
  }

  /** Takes an event; its id, at once. Throws QueueFullError, RangeError for what is wrong with it, or the spool's error: then it was not taken. */
  add(fields: EventFields): string {
    const event = makeEvent(fields);
    const content = toBinary(EventSchema, event);
    if (content.length > MAX_EVENT_BYTES) throw new RangeError(`event: ${content.length} bytes; right: at most ${MAX_EVENT_BYTES}`);
    if (this.#closing) throw new Error("the batcher is closed");
    const { pending, pendingBytes } = this.#options;
    if (this.#queue.length >= pending || this.#bytes + content.length > pendingBytes) {
      throw new QueueFullError(`${this.#queue.length} events of ${this.#bytes} bytes wait to be recorded; at most ${pending} of ${pendingBytes} bytes may`);
    }
    this.#spool?.append(content);
    this.#enqueue(event, content.length);
    return event.eventId;
  }

  /** Sends what was added so far without delay; whether all of it is recorded (or refused) in time. */
  async flush(timeoutMs?: number): Promise<boolean> {
    const goal = this.#added;
    this.#flushUntil = goal;
    this.#wake();
    return new Promise((resolve) => {
      const look = () => {
        if (this.#finished < goal && !this.#abandon.signal.aborted) return;
        end();
      };
      const end = () => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(this.#finished >= goal);
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** Sends what is left; how many events were not recorded in time. With a spool they are in its file. */
  async close(timeoutMs = 10_000): Promise<number> {
    if (!this.#closing) {
      this.#closing = true;
      await this.flush(timeoutMs);
      this.#abandon.abort();
      this.#wake();
      await this.#running;
      this.#spool?.close();
    }
    return this.#queue.length;
  }

  /** The oldest events that fit into so many bytes, for a page that has no time to wait. They stay in the queue. */
  oldest(maxBytes: number): Event[] {
    return this.#head(1000, maxBytes);
  }

  #enqueue(event: Event, bytes: number): void {
    this.#queue.push({ event, bytes, addedAt: performance.now() });
    this.#bytes += bytes;
    this.#added += 1;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    this.#wake();
  }

  #head(count: number, maxBytes: number): Event[] {
    const events: Event[] = [];
    let total = 0;
    for (const { event, bytes } of this.#queue) {
      total += bytes + 4; // its tag and length in the request
      if (events.length === count || (events.length > 0 && total > maxBytes)) break;
      events.push(event);
    }
    return events;
  }

  /** As long as there is something to send. */
  async #run(): Promise<void> {
    while (this.#queue.length > 0 && !this.#abandon.signal.aborted) {
      const wait = (this.#queue[0]?.addedAt ?? 0) + this.#options.delayMs - performance.now();
      if (this.#queue.length < this.#options.batch && this.#flushUntil <= this.#finished && wait > 0) {
        await this.#sleep(wait, true);
        continue;
      }
      const batch = this.#head(this.#options.batch, MAX_BATCH_BYTES);
      if (!(await this.#deliver(batch))) return;
      for (const { bytes } of this.#queue.splice(0, batch.length)) this.#bytes -= bytes;
      this.#finished += batch.length;
      this.#spool?.done(batch.length);
      for (const watcher of [...this.#watchers]) watcher();
    }
  }

  /** Sends until each event is recorded or refused; false: given up, because close() ran out of time. */
  async #deliver(batch: Event[]): Promise<boolean> {
    const waiting = [...batch];
    let count = waiting.length; // so many of them in the next call
    let failures = 0;
    const { signal } = this.#abandon;
    while (waiting.length > 0) {
      if (signal.aborted) return false;
      try {
        const answer = await this.#record({ events: waiting.slice(0, count) }, { signal });
        failures = 0;
        const conflicting = [...answer.conflictingEventIds];
        for (const event of waiting.splice(0, count).reverse()) {
          // Of two with one id the first stands.
          const place = conflicting.indexOf(event.eventId);
          if (place < 0) continue;
          conflicting.splice(place, 1);
          this.#refuse(event, "its id was recorded before, with other content");
        }
        count = waiting.length;
      } catch (reason) {
        if (signal.aborted) return false;
        const error = toConnectError(reason);
        if (error.code === Code.InvalidArgument) {
          count = this.#setAside(waiting, count, error.rawMessage);
          continue;
        }
        failures += 1;
        if (failures === 1) this.#options.onHeldBack(error.message);
        const [first, last] = this.#options.backoffMs;
        const longest = Math.min(last, first * 2 ** Math.min(failures - 1, 30));
        await this.#sleep(Math.max(Math.random() * longest, retryHintMs(error)), false);
      }
    }
    return true;
  }

  /** Refuses the event that the server's text names, or halves the batch to find it; the events of the next call. */
  #setAside(waiting: Event[], count: number, why: string): number {
    const named = Number(/^events\[(\d+)\]/.exec(why)?.[1] ?? Number.NaN);
    if (named < count || count === 1) {
      const [event] = waiting.splice(named < count ? named : 0, 1);
      if (event) this.#refuse(event, why);
      return count - 1 || waiting.length;
    }
    return count >> 1;
  }

  #refuse(event: Event, why: string): void {
    try {
      this.#options.onRefused(event, why);
    } catch (reason) {
      console.error("cofilter: onRefused failed", reason);
    }
  }

  /** Ends early when close() gives up, and, if it may be woken, at any change. */
  #sleep(ms: number, wakes: boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#wake = () => {
        if (wakes || this.#abandon.signal.aborted) end();
      };
    });
  }
}
