import { decode } from "../codec/index.js";
import { IllegalArgumentError, IllegalStateError } from "../errors/index.js";
import type { FileInfo } from "../ports/index.js";
import {
  Accumulator,
  type AccumulatorSpec,
  Broadcast,
  collectionAccumulator,
  NumberAccumulator,
  type RDD,
} from "../rdd/index.js";
import { Duration, Time } from "../time/index.js";
import type { StreamingApp } from "./app.js";
import { tellAll } from "./batch-listener.js";
import { DStream } from "./dstream.js";
import type { StreamGraph, StreamNode } from "./graph.js";
import { GraphBuilder, type OperatorOptions } from "./graph-builder.js";
import type { InitialPosition, Input, QueueInput, ReceiverSpec, SocketDecoder } from "./inputs.js";
import { ListenerBus, StatsReportListener, type StreamingListener } from "./listener/index.js";
import { findMaster, type PastRdd, type RunExtras, type Runtime } from "./master.js";
import { inputNode } from "./operators/input.js";
import { liftAllNode } from "./operators/lift.js";
import { transformNode } from "./operators/transform.js";
import type { Receiver } from "./receiver.js";
import { StaticContext } from "./static-context.js";
import { validateGraph } from "./validate.js";

/** How and where an application runs. */
export interface ContextOptions {
  /** `local` (one executor), `local[n]`, `local[*]` (one executor a core). @defaultValue `"local[*]"` */
  readonly master?: string;
  /** Where positions, state and outputs owed are kept. Needed for stateful operators and to recover. */
  readonly checkpointDirectory?: string;
  /** When the checkpoint cannot be read: set it aside (renamed, not deleted) and start anew. @defaultValue false */
  readonly createOnError?: boolean;
}

/** `INITIALIZED` → `ACTIVE` → `STOPPED`, never back. */
export type ContextState = "INITIALIZED" | "ACTIVE" | "STOPPED";

/** Options of {@link StreamingContext.kinesisStream}. */
export interface StreamOptions<T> extends OperatorOptions {
  /** Turns a record's data into an element. @defaultValue UTF-8 text */
  readonly decode?: (data: Uint8Array) => T;
  /** Where reading begins when the application runs for the first time. @defaultValue `{ type: "trim-horizon" }` */
  readonly initialPosition?: InitialPosition;
}

/** Options of {@link StreamingContext.textFileStream}. */
export interface FileStreamOptions extends OperatorOptions {
  /** @defaultValue names that do not begin with "." or "_" */
  readonly filter?: (file: FileInfo) => boolean;
  /** False: also files that are there at the first start. @defaultValue true */
  readonly newFilesOnly?: boolean;
  /** Least number of partitions that a large file is cut into. */
  readonly minPartitions?: number;
}

/** Options of {@link StreamingContext.queueStream}. */
export interface QueueStreamOptions<T> extends OperatorOptions {
  /** One collection a batch, or all that are there as one. @defaultValue true */
  readonly oneAtATime?: boolean;
  /** What an exhausted queue gives. @defaultValue an empty collection */
  readonly default?: readonly T[];
  /** @defaultValue the default number of partitions */
  readonly numPartitions?: number;
}

let active: StreamingContext | undefined;

/**
 * The entry point: makes input streams, holds the graph they grow into, and starts and stops it.
 * Source: Spark Streaming's StreamingContext.
 *
 * @example
 * const ssc = await StreamingContext.getOrCreate(app, { master: "local[2]", checkpointDirectory: ".checkpoint" });
 * await ssc.start();
 * await ssc.awaitTermination();
 */
export class StreamingContext {
  readonly #app: StreamingApp;
  readonly #builder: GraphBuilder;
  #state: ContextState = "INITIALIZED";
  readonly #listeners = new ListenerBus();
  #runtime: Runtime | undefined;
  #hasStorage = false;

  /** @internal Users get contexts from {@link StreamingContext.getOrCreate}, or as the argument of their `build`. */
  constructor(app: StreamingApp) {
    this.#app = app;
    this.#builder = new GraphBuilder(app.name, app.options.batchDuration);
  }

  /**
   * A context for the application: with the state and positions of the checkpoint where there is one, new otherwise.
   * Does not start it. (`extras` are for the command line and for tests.)
   * @throws {IllegalArgumentError} for an unknown master.
   * @throws {CheckpointError} when the checkpoint is in use, cannot be read, or does not fit the program.
   * @example
   * const ssc = await StreamingContext.getOrCreate(app, { checkpointDirectory: ".checkpoint" });
   */
  static getOrCreate(
    app: StreamingApp,
    options: ContextOptions = {},
    extras: RunExtras = {},
  ): Promise<StreamingContext> {
    return StreamingContext.#open(app, options, false, extras);
  }

  /**
   * As {@link getOrCreate}, but there must be a checkpoint.
   * @throws {IllegalArgumentError} when there is none.
   * @example
   * const ssc = await StreamingContext.fromCheckpoint(app, { checkpointDirectory: ".checkpoint" });
   */
  static fromCheckpoint(
    app: StreamingApp,
    options: ContextOptions & { readonly checkpointDirectory: string },
  ): Promise<StreamingContext> {
    return StreamingContext.#open(app, options, true, {});
  }

  /**
   * The context that is started and not stopped, if any; there can be one a process.
   * @example
   * await StreamingContext.getActive()?.stop({ gracefully: true });
   */
  static getActive(): StreamingContext | undefined {
    return active;
  }

  /**
   * The active context, or what the function makes, which is not started by this.
   * @example
   * const ssc = await StreamingContext.getActiveOrCreate(() => StreamingContext.getOrCreate(app));
   */
  static async getActiveOrCreate(create: () => StreamingContext | Promise<StreamingContext>): Promise<StreamingContext>;
  /** The active context, or what {@link getOrCreate} gives, which is not started by this. */
  static async getActiveOrCreate(app: StreamingApp, options?: ContextOptions): Promise<StreamingContext>;
  static async getActiveOrCreate(
    what: StreamingApp | (() => StreamingContext | Promise<StreamingContext>),
    options: ContextOptions = {},
  ): Promise<StreamingContext> {
    if (active !== undefined) return active;
    return typeof what === "function" ? what() : StreamingContext.getOrCreate(what, options);
  }

  static async #open(
    app: StreamingApp,
    options: ContextOptions,
    mustRecover: boolean,
    extras: RunExtras,
  ): Promise<StreamingContext> {
    const master = options.master ?? "local[*]";
    const open = findMaster(master);
    const ssc = new StreamingContext(app);
    app.build(ssc);
    ssc.#hasStorage = options.checkpointDirectory !== undefined;
    const runtime = await open({
      extras: { ...extras, listener: tellAll([extras.listener, ssc.#listeners]) },
      app,
      graph: ssc.graph,
      master,
      checkpointDirectory: options.checkpointDirectory,
      mustRecover,
      createOnError: options.createOnError ?? false,
    });
    ssc.#listeners.attach(runtime.console);
    ssc.#runtime = runtime;
    return ssc;
  }

  /**
   * The application's name.
   * @example
   * console.log(`${ssc.appName} starts`);
   */
  get appName(): string {
    return this.#app.name;
  }

  /**
   * The interval of the batches.
   * @example
   * const window = ssc.batchDuration.times(6);
   */
  get batchDuration(): Duration {
    return new Duration(this.#app.options.batchDuration);
  }

  /**
   * Where the context is in its life.
   * @example
   * if (ssc.getState() === "ACTIVE") await ssc.stop();
   */
  getState(): ContextState {
    return this.#state;
  }

  // --- Inputs -------------------------------------------------------------------------------------------------------

  /**
   * The records of a Kinesis data stream; in local mode of the local stream of that name. One partition a shard.
   * @example
   * const clicks = ssc.kinesisStream("clicks", { decode: (data) => JSON.parse(Buffer.from(data).toString()) as Click });
   */
  kinesisStream(stream: string, options?: StreamOptions<string> & { readonly decode?: never }): DStream<string>;
  kinesisStream<T>(stream: string, options: StreamOptions<T>): DStream<T>;
  kinesisStream<T>(stream: string, options: StreamOptions<T> = {}): DStream<T> {
    const initialPosition = options.initialPosition ?? { type: "trim-horizon" };
    return this.#input("kinesisStream", options, () => ({
      type: "stream",
      stream,
      decode: options.decode,
      initialPosition,
      receiver: undefined,
    }));
  }

  /**
   * Lines of UTF-8 text from a TCP server. When the connection fails or ends, it is tried again every two seconds.
   * A plain socket cannot send again what was on its way when this process died.
   * @throws {IllegalArgumentError} for a port outside 1 to 65535.
   * @example
   * const lines = ssc.socketTextStream("127.0.0.1", 9999);
   */
  socketTextStream(host: string, port: number, options: OperatorOptions = {}): DStream<string> {
    return this.#receiver("socketTextStream", options, { type: "socket", host, port: checkPort(port) }, undefined);
  }

  /**
   * Records from a TCP server, cut out of the bytes by a decoder.
   * @throws {IllegalArgumentError} for a port outside 1 to 65535.
   * @example
   * const lengths = ssc.socketStream("127.0.0.1", 9999, decoder);
   */
  socketStream<T>(host: string, port: number, decoder: SocketDecoder<T>, options: OperatorOptions = {}): DStream<T> {
    const spec: ReceiverSpec = { type: "socket", host, port: checkPort(port), decoder };
    return this.#receiver("socketStream", options, spec, decode);
  }

  /**
   * Records from a receiver of your own. The function makes it; it is called where the receiver is to run.
   * @example
   * const ticks = ssc.receiverStream(() => new Ticks());
   */
  receiverStream<T>(make: () => Receiver<T>, options: OperatorOptions = {}): DStream<T> {
    return this.#receiver("receiverStream", options, { type: "custom", make }, decode);
  }

  /**
   * The lines of files that appear in a directory (which may contain `*`). Move files in whole: what is appended to a
   * file later is not read.
   * @example
   * const lines = ssc.textFileStream("in/*", { newFilesOnly: false });
   */
  textFileStream(directory: string, options: FileStreamOptions = {}): DStream<string> {
    return this.#files("textFileStream", directory, undefined, options);
  }

  /**
   * Records of exactly so many bytes each, of files that appear in a directory as for {@link textFileStream}. A file whose
   * size is no multiple of that fails the batch.
   * @throws {IllegalArgumentError} unless `recordLength` is a whole number of at least 1.
   * @example
   * const points = ssc.binaryRecordsStream("in/points", 8).map((bytes) => Buffer.from(bytes).readDoubleLE());
   */
  binaryRecordsStream(directory: string, recordLength: number, options: FileStreamOptions = {}): DStream<Uint8Array> {
    if (!Number.isInteger(recordLength) || recordLength < 1) {
      throw new IllegalArgumentError(`A record has a whole number of bytes, at least 1, not ${String(recordLength)}.`);
    }
    return this.#files("binaryRecordsStream", directory, recordLength, options);
  }

  /**
   * Collections that the program holds, one a batch; for tests and demonstrations. Appending to the array while the
   * application runs adds batches. After a restart, reading goes on at the position where it was.
   * @example
   * const numbers = ssc.queueStream([[1, 2], [3]]); // two batches
   */
  queueStream<T>(queue: readonly (readonly T[] | null)[], options: QueueStreamOptions<T> = {}): DStream<T> {
    return this.#input(
      "queueStream",
      options,
      (): QueueInput => ({
        type: "queue",
        queue,
        oneAtATime: options.oneAtATime ?? true,
        defaultValue: options.default,
        numPartitions: options.numPartitions,
      }),
    );
  }

  // --- Several streams ----------------------------------------------------------------------------------------------

  /**
   * The elements of all streams, in the order of the list.
   * @throws {IllegalArgumentError} for an empty list, or streams with different slides or of another context.
   * @example
   * const all = ssc.union([a, b, c]);
   */
  union<T>(streams: readonly DStream<T>[], options: OperatorOptions = {}): DStream<T> {
    this.#assertOwn("union", streams);
    const nodes = streams.map((stream) => stream.node);
    const unionOf = (rdds: readonly RDD<unknown>[]): RDD<unknown> => {
      const [first, ...rest] = rdds as [RDD<unknown>, ...RDD<unknown>[]];
      return rest.reduce((left, right) => left.union(right), first);
    };
    return new DStream<T>(this, liftAllNode(this.#builder, "union", nodes, unionOf, options));
  }

  /**
   * What `f` makes of the RDDs of all streams, in the order of the list.
   * @throws {IllegalArgumentError} for an empty list, or streams with different slides or of another context.
   * @example
   * ssc.transform([a, b, c], ([x, y, z], time) => x.union(y).union(z));
   */
  transform<S extends readonly DStream<unknown>[], U>(
    streams: readonly [...S],
    f: (
      rdds: { [I in keyof S]: S[I] extends DStream<infer T> ? RDD<T> : never },
      time: Time,
    ) => RDD<U> | Promise<RDD<U>>,
    options: OperatorOptions = {},
  ): DStream<U> {
    this.#assertOwn("transform", streams);
    const body = f as unknown as (rdds: readonly RDD<unknown>[], time: Time) => RDD<unknown> | Promise<RDD<unknown>>;
    return new DStream<U>(
      this,
      transformNode(
        this.#builder,
        streams.map((stream) => stream.node),
        body,
        options,
      ),
    );
  }

  // --- Static data and shared variables -----------------------------------------------------------------------------

  /**
   * Data that does not come from a stream: from files, or from the program itself.
   * @example
   * const users = ssc.context.textFile("users.csv").mapToPair((line) => line.split(",") as [string, string]);
   * const named = clicks.transform((rdd) => rdd.join(users));
   */
  get context(): StaticContext {
    return new StaticContext(this.#builder);
  }

  /**
   * A value that every executor gets once and that can be changed between batches. It outlives restarts, unless the
   * program gives another value then; a function gives the first value only.
   * @example
   * const rules = ssc.broadcast("rules", { limit: 10 });
   * const alarms = readings.filter((reading) => reading.value > rules.value.limit);
   */
  broadcast<T>(name: string, initial: T | (() => T)): Broadcast<T> {
    const broadcast = new Broadcast<T>(name, initial);
    this.#builder.addBroadcast(broadcast as Broadcast<unknown>);
    return broadcast;
  }

  /**
   * A total of integers that functions add to; see {@link Accumulator}.
   * @example
   * const bad = ssc.longAccumulator("bad-lines");
   * const good = lines.filter((line) => {
   *   if (line.includes(",")) return true;
   *   bad.add(1);
   *   return false;
   * });
   */
  longAccumulator(name: string): NumberAccumulator {
    return this.#numbers(name, true);
  }

  /**
   * A total of numbers that functions add to; see {@link Accumulator}.
   * @example
   * const total = ssc.doubleAccumulator("total");
   * numbers.foreachRDD((rdd) => rdd.foreach((x) => total.add(x)));
   */
  doubleAccumulator(name: string): NumberAccumulator {
    return this.#numbers(name, false);
  }

  /**
   * A list of what functions add, in no particular order. It only ever grows, so keep it short.
   * @example
   * const bad = ssc.collectionAccumulator<string>("bad-lines");
   * lines.foreachRDD((rdd) => rdd.filter((line) => line === "").foreach((line) => bad.add(line)));
   */
  collectionAccumulator<T>(name: string): Accumulator<T, readonly T[]> {
    return this.#accumulator(collectionAccumulator<T>(name));
  }

  /**
   * A total of your own that functions add to.
   * @example
   * const seen = ssc.accumulator("largest", { zero: 0, add: Math.max, merge: Math.max });
   */
  accumulator<X, V>(name: string, spec: AccumulatorSpec<X, V>): Accumulator<X, V> {
    return this.#accumulator(new Accumulator(name, spec));
  }

  // --- Life cycle ---------------------------------------------------------------------------------------------------

  /**
   * Starts to receive and to run batches. A second call does nothing.
   * @throws {IllegalStateError} after stop, or while another context of this process is active.
   * @throws {IllegalArgumentError} for a program without output operation, or with state but no checkpoint directory.
   * @example
   * await ssc.start();
   * await ssc.awaitTermination();
   */
  async start(): Promise<void> {
    if (this.#state === "ACTIVE") return;
    if (this.#state === "STOPPED") {
      throw new IllegalStateError("This context has already been stopped and cannot be started again: make a new one.");
    }
    const runtime = this.#assertRuntime();
    if (active !== undefined) {
      throw new IllegalStateError(
        `Only one context can be started in a process: "${active.appName}" is active. Stop it first.`,
      );
    }
    try {
      validateGraph(this.graph, this.#hasStorage);
      this.#builder.close("starting");
      active = this;
      this.#state = "ACTIVE";
      await runtime.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
    runtime.terminated.then(
      () => this.#ended(),
      () => this.#ended(),
    );
  }

  /**
   * Tells the listener everything from now on.
   * @example
   * ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => console.log(batchInfo.totalDelay) });
   */
  addStreamingListener(listener: StreamingListener): void {
    if (listener instanceof StatsReportListener) listener.printTo((text) => this.#listeners.print(text));
    this.#listeners.add(listener);
  }

  /**
   * Tells the listener nothing any more.
   * @example
   * const report = new StatsReportListener();
   * ssc.addStreamingListener(report);
   * ssc.removeStreamingListener(report);
   */
  removeStreamingListener(listener: StreamingListener): void {
    this.#listeners.remove(listener);
  }

  /**
   * Keeps the RDDs of all streams for so long, so that {@link DStream.slice} can read them. Each is written, so it is meant
   * for small streams and for looking into things; to look back on one stream, persist that one.
   * @throws {IllegalArgumentError} the second time, and unless the duration is positive.
   * @throws {IllegalStateError} after the start.
   * @example
   * ssc.remember(minutes(5));
   */
  remember(duration: Duration): void {
    if (!(duration instanceof Duration) || duration.milliseconds <= 0) {
      throw new IllegalArgumentError(`remember needs a positive duration such as minutes(1), not ${String(duration)}.`);
    }
    this.#builder.remember(duration.milliseconds);
  }

  /**
   * Time of the batch that the checkpoint goes on from; `undefined` for an application that begins.
   * @example
   * if (ssc.recoveredFrom === undefined) await ssc.put("lines", ["the first line"]);
   */
  get recoveredFrom(): Time | undefined {
    const time = this.#runtime?.recoveredFrom;
    return time === undefined ? undefined : new Time(time);
  }

  /**
   * Appends records to a stream that {@link kinesisStream} reads: locally to the local stream of that name, which is made
   * when it does not exist. Resolves when all are durable. Strings are put as UTF-8; the partition key decides the shard.
   * @example
   * await ssc.put("lines", ["to be", "or not to be"]);
   */
  put(
    stream: string,
    records: readonly (string | Uint8Array | { readonly partitionKey: string; readonly data: string | Uint8Array })[],
  ): Promise<void> {
    const entries = records.map((record, i) => {
      const plain = typeof record === "string" || record instanceof Uint8Array;
      const data = plain ? record : record.data;
      return {
        partitionKey: plain ? String(i) : record.partitionKey,
        data: typeof data === "string" ? Buffer.from(data, "utf8") : data,
      };
    });
    return this.#assertRuntime().put(stream, entries);
  }

  /**
   * Resolves when the application has stopped.
   * @throws {SluiceError} the last error that a batch or output operation reported.
   * @example
   * await ssc.awaitTermination().catch((error) => console.error(error));
   */
  async awaitTermination(): Promise<void> {
    await this.#runtime?.terminated;
  }

  /**
   * Resolves with true when the application has stopped, with false after so much time.
   * @throws as {@link awaitTermination}
   * @example
   * if (!(await ssc.awaitTerminationOrTimeout(minutes(1)))) await ssc.stop({ gracefully: true });
   */
  async awaitTerminationOrTimeout(timeout: Duration): Promise<boolean> {
    return (await this.#runtime?.terminatedWithin(timeout.milliseconds)) ?? false;
  }

  /**
   * Stops. With `gracefully`, receivers are stopped first and everything received is processed and put out, within the
   * stop time-out; without, the batch that is running is dropped and done again at the next start. Nothing is lost either way.
   * @throws {IllegalStateError} in a callback of a listener.
   * @example
   * process.once("SIGTERM", () => void ssc.stop({ gracefully: true }));
   */
  async stop(options: { readonly gracefully?: boolean } = {}): Promise<void> {
    this.#listeners.assertOutside("stop");
    this.#builder.close("stopping");
    const wasStopped = this.#state === "STOPPED";
    await this.#runtime?.stop(!wasStopped && (options.gracefully ?? false));
    this.#ended();
  }

  /** @internal See {@link DStream.slice}. */
  async sliceOf(node: StreamNode, from: Time, to: Time): Promise<readonly PastRdd[]> {
    if (this.#state === "INITIALIZED") {
      throw new IllegalStateError(
        `${node.uid} has not been initialized: slices are there once the context is started.`,
      );
    }
    if (this.#state === "STOPPED")
      throw new IllegalStateError(`${node.uid} has no slices any more: the context is stopped.`);
    return this.#assertRuntime().slice(node, from.milliseconds, to.milliseconds);
  }

  // ------------------------------------------------------------------------------------------------------------------

  /** @internal What tells the program's own listeners; whoever runs the graph without a master attaches a console to it. */
  get listeners(): ListenerBus {
    return this.#listeners;
  }

  /** @internal */
  get graph(): StreamGraph {
    return this.#builder.graph;
  }

  /** @internal */
  get builder(): GraphBuilder {
    return this.#builder;
  }

  #numbers(name: string, integers: boolean): NumberAccumulator {
    const accumulator = new NumberAccumulator(name, integers);
    this.#accumulator(accumulator.totals);
    return accumulator;
  }

  #accumulator<X, V>(accumulator: Accumulator<X, V>): Accumulator<X, V> {
    this.#builder.addAccumulator(accumulator as unknown as Accumulator<unknown, unknown>);
    return accumulator;
  }

  #ended(): void {
    this.#state = "STOPPED";
    this.#listeners.close();
    if (active === this) active = undefined;
  }

  #assertRuntime(): Runtime {
    if (this.#runtime !== undefined) return this.#runtime;
    throw new IllegalStateError(
      "This context only builds a graph: start an application with StreamingContext.getOrCreate.",
    );
  }

  #input<T>(kind: string, options: OperatorOptions, make: (uid: string) => Input): DStream<T> {
    return new DStream<T>(this, inputNode(this.#builder, kind, options, make));
  }

  #files<T>(
    kind: string,
    directory: string,
    recordBytes: number | undefined,
    { filter = isVisible, newFilesOnly = true, minPartitions, ...options }: FileStreamOptions,
  ): DStream<T> {
    return this.#input(kind, options, () => ({
      type: "files",
      directory,
      filter,
      newFilesOnly,
      recordBytes,
      minPartitions,
    }));
  }

  /** A receiver fills a local stream of its own, named by its uid. */
  #receiver<T>(
    kind: string,
    options: OperatorOptions,
    receiver: ReceiverSpec,
    decodeRecord: ((data: Uint8Array) => unknown) | undefined,
  ): DStream<T> {
    return this.#input(kind, options, (uid) => ({
      type: "stream",
      stream: `${this.#app.name}.${uid}`,
      decode: decodeRecord,
      initialPosition: { type: "trim-horizon" },
      receiver,
    }));
  }

  #assertOwn(what: string, streams: readonly DStream<unknown>[]): void {
    for (const stream of streams) {
      if (stream.context !== this)
        throw new IllegalArgumentError(`${what}: some of the DStreams are of another context.`);
    }
  }
}

function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new IllegalArgumentError(`${String(port)} is not a port: use a whole number from 1 to 65535.`);
}

function isVisible(file: FileInfo): boolean {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  return !name.startsWith(".") && !name.startsWith("_");
}
