import { SluiceError, ThrottledError } from "../errors/index.js";
import type { Clock, Console, PutEntry, PutResult, StreamSource } from "../ports/index.js";
import { errorText } from "./error-text.js";
import { MAX_BYTES_PER_PUT, MAX_KEY_BYTES, MAX_RECORDS_PER_PUT } from "./limits.js";
import type { RateLimiter } from "./rate-limiter.js";

/** Pause before a put is tried again, milliseconds; doubles from time to time up to the greatest. */
const FIRST_PAUSE_MILLIS = 100;
const GREATEST_PAUSE_MILLIS = 2000;
/** So often is a put tried once the writer is closing; before that, until it succeeds. */
const ATTEMPTS_WHEN_CLOSING = 3;

export interface StreamWriterOptions {
  readonly stream: string;
  readonly streams: StreamSource;
  readonly clock: Clock;
  readonly console: Console;
  readonly limiter: RateLimiter;
}

/** One call of `write`, settled with the last of its records. */
interface Write {
  recordsLeft: number;
  failure: unknown;
  resolve(): void;
  reject(error: unknown): void;
}

interface Queued {
  readonly data: Uint8Array;
  readonly write: Write;
}

interface Put {
  readonly entry: PutEntry;
  readonly write: Write;
}

/**
 * Puts records into one stream, in the order in which they were given.
 *
 * 1. One call of putRecords at a time: a later call could be done before one that is tried again. What is written
 *    meanwhile goes together with the next.
 * 2. Refused entries are put again, in their order, before anything else. What the stream took of that call is not taken
 *    back, so a refused entry comes after it; putting all again would count records twice.
 * 3. A put that fails is tried again until it succeeds, so that nothing is lost while the stream is away; only errors that
 *    trying again cannot mend (`retry: "never"`) reject. A put whose answer was lost is done twice.
 */
export class StreamWriter {
  readonly #options: StreamWriterOptions;
  readonly #closing = new AbortController();
  #nextKey: () => string = () => "receiver";
  #queue: Queued[] = [];
  /** Everything before this index has been taken out of the queue. */
  #head = 0;
  #pendingBytes = 0;
  #pumping: Promise<void> | undefined;
  #waitingForRoom: (() => void)[] = [];

  constructor(options: StreamWriterOptions) {
    this.#options = options;
  }

  /** Decides the partition keys from now on. */
  usePartitionKeys(nextKey: () => string): void {
    this.#nextKey = nextKey;
  }

  /** Resolves when all the records are durable. */
  write(records: readonly Uint8Array[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const write: Write = { recordsLeft: records.length, failure: undefined, resolve, reject };
      for (const data of records) {
        this.#queue.push({ data, write });
        this.#pendingBytes += data.byteLength;
      }
      this.#pumping ??= this.#pump();
    });
  }

  /** Resolves when no more than so many bytes wait to become durable. */
  async room(maxPendingBytes: number): Promise<void> {
    while (this.#pendingBytes > maxPendingBytes) {
      await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
    }
  }

  /** Resolves when nothing waits any more; bounded, and not held up by the rate. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#pumping;
  }

  async #pump(): Promise<void> {
    // What is written in the same breath goes together.
    await Promise.resolve();
    while (this.#head < this.#queue.length) {
      const puts = this.#take();
      await this.#options.limiter.acquire(puts.length, this.#closing.signal);
      await this.#putAll(puts);
    }
    this.#pumping = undefined;
  }

  /** The next records, as many as fit into one call. */
  #take(): readonly Put[] {
    const most = Math.min(MAX_RECORDS_PER_PUT, this.#options.limiter.portion);
    const puts: Put[] = [];
    let bytes = 0;
    for (let next = this.#queue[this.#head]; next !== undefined; next = this.#queue[this.#head]) {
      bytes += next.data.byteLength + MAX_KEY_BYTES;
      if (puts.length === most || (puts.length > 0 && bytes > MAX_BYTES_PER_PUT)) break;
      puts.push({ entry: { partitionKey: this.#nextKey(), data: next.data }, write: next.write });
      this.#head += 1;
    }
    if (this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return puts;
  }

  async #putAll(puts: readonly Put[]): Promise<void> {
    const { clock, console, stream } = this.#options;
    let left = puts;
    let pause = FIRST_PAUSE_MILLIS;
    let attemptsWhenClosing = 0;
    for (;;) {
      const { refused, error } = await this.#putOnce(left);
      if (refused.length < left.length) this.#settle(left.filter((put) => !refused.includes(put)));
      left = refused;
      if (left.length === 0) return;
      if (this.#closing.signal.aborted) attemptsWhenClosing += 1;
      if (!isWorthTrying(error) || attemptsWhenClosing >= ATTEMPTS_WHEN_CLOSING) return this.#settle(left, error);
      console.log("warn", `Records cannot be put into stream ${stream} and are tried again: ${errorText(error)}`, {
        stream,
        records: left.length,
      });
      await clock.sleep(pause);
      pause = Math.min(2 * pause, GREATEST_PAUSE_MILLIS);
    }
  }

  /** One call; what it did not take, and why. */
  async #putOnce(puts: readonly Put[]): Promise<{ readonly refused: readonly Put[]; readonly error?: unknown }> {
    const { streams, stream } = this.#options;
    let results: readonly PutResult[];
    try {
      results = await streams.putRecords(
        stream,
        puts.map(({ entry }) => entry),
      );
    } catch (error) {
      return { refused: puts, error };
    }
    const refusal = results.find((result) => "errorCode" in result);
    if (refusal === undefined || !("errorCode" in refusal)) return { refused: [] };
    return {
      refused: puts.filter((_, i) => "errorCode" in (results[i] ?? refusal)),
      error: new ThrottledError(`${refusal.errorCode}: ${refusal.errorMessage}`, { stream }),
    };
  }

  #settle(puts: readonly Put[], failure?: unknown): void {
    for (const { entry, write } of puts) {
      this.#pendingBytes -= entry.data.byteLength;
      write.failure ??= failure;
      write.recordsLeft -= 1;
      if (write.recordsLeft > 0) continue;
      if (write.failure === undefined) write.resolve();
      else write.reject(write.failure);
    }
    const waiting = this.#waitingForRoom;
    this.#waitingForRoom = [];
    for (const resolve of waiting) resolve();
  }
}

function isWorthTrying(error: unknown): boolean {
  return !(error instanceof SluiceError) || error.retry !== "never";
}
