import { IllegalStateError } from "../errors/index.js";

/** What runs a receiver: gives its records to the stream and restarts it when it asks. */
export interface ReceiverSupervisor {
  readonly streamId: number;
  /** Resolves when all items are durable. */
  store(items: readonly unknown[]): Promise<void>;
  reportError(message: string, error?: unknown): void;
  restart(message: string, error?: unknown, delayMillis?: number): void;
  stop(message: string, error?: unknown): void;
  isStarted(): boolean;
}

/**
 * A source of your own. Extend it, start reading in `onStart`, hand records to `store`, and stop in `onStop`.
 *
 * *Reliable*: await `store(...)` and only then acknowledge to where the record came from: the promise resolves when the
 * record is durable, and from then on it is counted exactly once. What was not acknowledged your source sends again.
 * *Unreliable*: call `store(...)` and go on; what was in flight when the process died is gone.
 *
 * Source: Spark Streaming's custom receivers.
 *
 * @example
 * class Ticks extends Receiver<number> {
 *   #timer?: NodeJS.Timeout;
 *   onStart() { this.#timer = setInterval(() => void this.store(Date.now()), 100); }
 *   onStop() { clearInterval(this.#timer); }
 * }
 * const ticks = ssc.receiverStream(() => new Ticks());
 */
export abstract class Receiver<T> {
  #supervisor: ReceiverSupervisor | undefined;

  /** Begins to receive; returns (or resolves) soon and goes on in the background. Throwing restarts the receiver. */
  abstract onStart(): void | Promise<void>;

  /** Ends what `onStart` began. Records stored until it resolves still count. */
  abstract onStop(): void | Promise<void>;

  /**
   * Adds a record to the stream. Resolves when it is durable; rejects when it could not be made so.
   * @throws {NotSerializableError} when the record cannot be encoded.
   */
  store(item: T): Promise<void> {
    return this.#attached().store([item]);
  }

  /** As {@link store} for several records, in one write; resolves when all are durable. */
  storeAll(items: readonly T[]): Promise<void> {
    return this.#attached().store(items);
  }

  /** Reports an error without stopping. */
  reportError(message: string, error?: unknown): void {
    this.#attached().reportError(message, error);
  }

  /** Stops and starts the receiver again after a delay (milliseconds; default 2000). Returns at once. */
  restart(message: string, error?: unknown, delayMillis?: number): void {
    this.#attached().restart(message, error, delayMillis);
  }

  /** Stops the receiver for good. */
  stop(message: string, error?: unknown): void {
    this.#attached().stop(message, error);
  }

  /** True from the start to the end of the receiver. */
  isStarted(): boolean {
    return this.#supervisor?.isStarted() ?? false;
  }

  /** The opposite of {@link isStarted}. */
  isStopped(): boolean {
    return !this.isStarted();
  }

  /** Number of the input this receiver feeds, in definition order. */
  get streamId(): number {
    return this.#attached().streamId;
  }

  /** @internal Called by whatever runs the receiver, before `onStart`. */
  attachSupervisor(supervisor: ReceiverSupervisor): void {
    this.#supervisor = supervisor;
  }

  #attached(): ReceiverSupervisor {
    if (this.#supervisor === undefined) {
      throw new IllegalStateError("This receiver is not running: hand it to ssc.receiverStream and start the context.");
    }
    return this.#supervisor;
  }
}
