import { IllegalStateError } from "../errors/index.js";
import type { Clock, Console, StreamSource } from "../ports/index.js";
import { endsWithin } from "../rules/index.js";
import type { Receiver, ReceiverSpec, ReceiverSupervisor } from "../streaming/index.js";
import { encodeItems } from "./encode-items.js";
import { errorText } from "./error-text.js";
import { itemEncoder, makeReceiver } from "./make-receiver.js";
import { partitionKeys } from "./partition-keys.js";
import { RateLimiter } from "./rate-limiter.js";
import type { ReceiverEvent, ReceiverInfo, ReceiverStatus } from "./receiver-info.js";
import { StreamWriter } from "./stream-writer.js";
import { withoutRepeats } from "./without-repeats.js";

/** Pause between onStop and onStart of a restart, milliseconds. (Spark: `spark.streaming.receiverRestartDelay`.) */
const RESTART_DELAY_MILLIS = 2000;
/** A receiver in the middle of onStart gets so long to come to its end before onStop is called, milliseconds. */
const START_GRACE_MILLIS = 1000;

export interface ReceiverOptions {
  readonly spec: ReceiverSpec;
  /** Number of the input, in definition order. */
  readonly streamId: number;
  /** The stream to be filled; created when missing. */
  readonly stream: string;
  readonly streams: StreamSource;
  readonly clock: Clock;
  readonly console: Console;
  /** Shards of the stream when it is created here. @defaultValue 1 */
  readonly shards?: number;
  /** Most records per second. @defaultValue no limit */
  readonly maxRate?: number;
  /** Milliseconds between the stop and the start of a restart that does not say. @defaultValue 2000 */
  readonly restartDelayMillis?: number;
  /** Is told of starts, errors and the end. */
  readonly onEvent?: (event: ReceiverEvent) => void;
}

/** A receiver at work. */
export interface RunningReceiver {
  /**
   * Ends it: `onStop` once, then waits until everything stored so far is durable; from then on `store` rejects. Takes as
   * long as `onStop` does.
   */
  stop(): Promise<void>;
  /** Sets how many records per second may pass, never above `maxRate`; a rate that is not positive is ignored. */
  updateRate(recordsPerSecond: number): void;
  readonly info: ReceiverInfo;
}

/**
 * Runs a receiver: what it stores becomes records of the stream. Returns at once; the receiver starts when the stream is
 * there.
 * @throws {UserCodeError} when the function that makes the receiver throws.
 * @throws {IllegalArgumentError} when that returns no receiver, or for a rate that is not positive.
 * @example
 * const receiver = runReceiver({ spec: { type: "socket", host, port: 9999 }, streamId: 0, stream: "lines", ...ports });
 * await receiver.stop();
 */
export function runReceiver(options: ReceiverOptions): RunningReceiver {
  const supervisor = new Supervisor(options);
  const ended = supervisor.run();
  return {
    stop() {
      supervisor.end();
      return ended;
    },
    updateRate: (recordsPerSecond) => supervisor.updateRate(recordsPerSecond),
    get info() {
      return supervisor.info;
    },
  };
}

/**
 * One receiver from its first start to its end.
 *
 * 1. Starts and stops alternate: there is one loop, and it alone calls onStart and onStop.
 * 2. `store` is open until the last onStop has returned and closed after it.
 * 3. A promise of `store` that nobody awaits brings nothing down: why records were not stored is reported here as well.
 */
class Supervisor implements ReceiverSupervisor {
  readonly streamId: number;
  readonly #options: ReceiverOptions;
  /** For what is said again with every attempt. */
  readonly #quietConsole: Console;
  readonly #limiter: RateLimiter;
  readonly #writer: StreamWriter;
  readonly #receiver: Receiver<unknown>;
  readonly #encodeItem: (item: unknown) => Uint8Array;
  readonly #ending = new AbortController();
  /** Ends the present run: with the delay before the next one, or without when it is the last. */
  #interrupt: ((restartDelay: number | undefined) => void) | undefined;
  #status: ReceiverStatus = "starting";
  #isOpen = true;
  #lastError: Pick<ReceiverInfo, "lastErrorMessage" | "lastError" | "lastErrorTime"> = {
    lastErrorMessage: undefined,
    lastError: undefined,
    lastErrorTime: undefined,
  };

  constructor(options: ReceiverOptions) {
    const { spec, stream, streams, clock } = options;
    this.#options = options;
    this.streamId = options.streamId;
    const console = withoutRepeats(options.console, clock);
    this.#quietConsole = console;
    this.#limiter = new RateLimiter(clock, options.maxRate);
    this.#writer = new StreamWriter({ stream, streams, clock, console, limiter: this.#limiter });
    this.#encodeItem = itemEncoder(spec);
    this.#receiver = makeReceiver(spec, { console, room: (maxPendingBytes) => this.#writer.room(maxPendingBytes) });
    this.#receiver.attachSupervisor(this);
  }

  get info(): ReceiverInfo {
    const { stream } = this.#options;
    return { streamId: this.streamId, name: this.#name, stream, status: this.#status, ...this.#lastError };
  }

  updateRate(recordsPerSecond: number): void {
    this.#limiter.updateRate(recordsPerSecond);
  }

  // --- What the receiver calls --------------------------------------------------------------------------------------

  isStarted(): boolean {
    return this.#status === "started";
  }

  store(items: readonly unknown[]): Promise<void> {
    const stored = this.#isOpen ? this.#store(items) : Promise.reject(this.#closedError());
    stored.catch(() => {});
    return stored;
  }

  reportError(message: string, error?: unknown): void {
    this.#log(this.#options.console, "error", message, error);
    this.#noteError(message, error);
  }

  restart(message: string, error?: unknown, delayMillis?: number): void {
    const interrupt = this.#interrupt;
    if (interrupt === undefined) return;
    this.#interrupt = undefined;
    const delay = delayMillis ?? this.#options.restartDelayMillis ?? RESTART_DELAY_MILLIS;
    this.#status = "restarting";
    this.#log(this.#quietConsole, "warn", `${message}; starting again in ${delay} ms`, error);
    this.#noteError(message, error);
    interrupt(delay);
  }

  stop(message: string, error?: unknown): void {
    if (this.#ending.signal.aborted) return;
    this.#log(this.#options.console, error === undefined ? "info" : "error", `stops: ${message}`, error);
    if (error !== undefined) this.#noteError(message, error);
    this.end();
  }

  // --- Life ---------------------------------------------------------------------------------------------------------

  end(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#status = "stopping";
    this.#interrupt?.(undefined);
    this.#interrupt = undefined;
  }

  /** Resolves when it has ended and everything stored is durable. */
  async run(): Promise<void> {
    const ending = this.#ending.signal;
    while (!ending.aborted) await this.#options.clock.sleep(await this.#runOnce(), ending);
    this.#isOpen = false;
    await this.#writer.close();
    this.#status = "stopped";
    this.#emit("stopped");
  }

  /** From a start to a stop; the milliseconds to wait before the next. */
  async #runOnce(): Promise<number> {
    const interrupted = new Promise<number | undefined>((resolve) => {
      this.#interrupt = resolve;
    });
    const start = { called: false, isOver: false };
    const started = this.#start(start);
    const delay = await interrupted;
    // Half a start may leave behind what onStop does not know of yet. One that goes on and on is not waited for.
    if (!start.isOver) await this.#atMost(START_GRACE_MILLIS, started);
    if (start.called) await this.#callOnStop();
    if (delay !== undefined && !start.isOver) await Promise.race([started, whenAborted(this.#ending.signal)]);
    return delay ?? 0;
  }

  /** Never rejects: what goes wrong is a reason to start again. */
  async #start(start: { called: boolean; isOver: boolean }): Promise<void> {
    try {
      await this.#openStream();
      if (this.#interrupt === undefined) return;
      start.called = true;
      this.#status = "started";
      this.#emit("started");
      await this.#receiver.onStart();
    } catch (error) {
      this.restart(start.called ? "onStart failed" : `Stream ${this.#options.stream} cannot be opened`, error);
    } finally {
      start.isOver = true;
    }
  }

  async #openStream(): Promise<void> {
    const { streams, stream, shards = 1 } = this.#options;
    await streams.create(stream, shards);
    const open = (await streams.listShards(stream)).filter((shard) => !shard.closed);
    this.#writer.usePartitionKeys(partitionKeys(this.streamId, open.length));
  }

  async #callOnStop(): Promise<void> {
    try {
      await this.#receiver.onStop();
    } catch (error) {
      this.reportError("onStop failed", error);
    }
  }

  async #atMost(millis: number, promise: Promise<void>): Promise<void> {
    await endsWithin(this.#options.clock, millis, promise);
  }

  // --- Records ------------------------------------------------------------------------------------------------------

  /** What can be stored is stored; rejects after that when something could not. */
  async #store(items: readonly unknown[]): Promise<void> {
    const { records, failures } = encodeItems(items, this.#encodeItem);
    if (failures.length > 0) {
      this.#reportLoss(`${failures.length} of ${items.length} records cannot be stored`, failures[0]);
    }
    try {
      await this.#writer.write(records);
    } catch (error) {
      this.#reportLoss(`not all of ${records.length} records were stored`, error);
      throw error;
    }
    if (failures.length > 0) throw failures[0];
  }

  #reportLoss(message: string, error: unknown): void {
    this.#log(this.#quietConsole, "error", message, error);
    this.#noteError(message, error);
  }

  #closedError(): IllegalStateError {
    return new IllegalStateError(`${this.#title} has stopped: nothing can be stored any more.`, {
      streamId: this.streamId,
    });
  }

  // --- Messages -----------------------------------------------------------------------------------------------------

  get #name(): string {
    return this.#receiver.constructor.name || "Receiver";
  }

  get #title(): string {
    return `Receiver ${this.streamId} (${this.#name} into ${this.#options.stream})`;
  }

  #log(console: Console, level: "info" | "warn" | "error", message: string, error: unknown): void {
    if (error === undefined) console.log(level, `${this.#title}: ${message}.`);
    else console.log(level, `${this.#title}: ${message}: ${errorText(error)}`, { streamId: this.streamId, error });
  }

  #noteError(message: string, error: unknown): void {
    this.#lastError = {
      lastErrorMessage: message,
      lastError: error === undefined ? undefined : errorText(error),
      lastErrorTime: this.#options.clock.now(),
    };
    this.#emit("error");
  }

  #emit(type: ReceiverEvent["type"]): void {
    try {
      this.#options.onEvent?.({ type, receiver: this.info });
    } catch (error) {
      this.#log(this.#options.console, "error", "a listener failed", error);
    }
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
