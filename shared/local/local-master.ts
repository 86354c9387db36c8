/** `local`, `local[n]`, `local[*]`: an application on one machine, its executors worker threads, its checkpoint a directory. */
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { availableParallelism, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { jobName, type Manifest, readHead } from "../checkpoint/index.js";
import { CheckpointError, IllegalArgumentError, SluiceError } from "../errors/index.js";
import { PreparedCache } from "../executor/index.js";
import type { Console, DriverPorts, PutEntry } from "../ports/index.js";
import { endsWithin } from "../rules/index.js";
import { assertFits, Driver, loadManifest, rateLimit, SWEEP_INTERVAL_MILLIS } from "../scheduler/index.js";
import { type ReceiverEvent, type RunningReceiver, runReceiver } from "../sources/index.js";
import { StateCache } from "../state/index.js";
import {
  type BatchListener,
  inputIds,
  liveInputs,
  type PastRdd,
  type ReceiverSpec,
  type RunRequest,
  type Runtime,
  type StoragePorts,
  type StreamNode,
  tellAll,
} from "../streaming/index.js";
import { RandomIds, SystemClock } from "../system/index.js";
import { LocalFileSystem } from "./local-file-system.js";
import { LocalInvoker } from "./local-invoker.js";
import { LocalStore } from "./local-store.js";
import { allocateShared } from "./shared-memory.js";
import { TerminalConsole } from "./terminal-console.js";
import { WorkerPool } from "./worker-pool.js";

export const LOCAL_MASTER = /^local(?:\[(\d+|\*)\])?$/;

/** How long a receiver's onStop may take at the end, milliseconds. */
const RECEIVER_GRACE_MILLIS = 5_000;

/** Streams of the local master have one shard: all on one machine, there is nothing to be spread. */
const LOCAL_SHARDS = 1;

/** Consumed records are dropped from local streams once in so many batches. */
const TRIM_EVERY_BATCHES = 20;

/** @throws {IllegalArgumentError} for `local[0]`. */
export function parallelismOf(master: string): number {
  const n = LOCAL_MASTER.exec(master)?.[1];
  if (n === undefined) return 1;
  if (n === "*") return availableParallelism();
  if (Number(n) >= 1) return Number(n);
  throw new IllegalArgumentError(`${master} has no executor: use local[n] with n of at least 1.`);
}

export async function openLocalMaster(request: RunRequest): Promise<Runtime> {
  const parallelism = parallelismOf(request.master);
  const { checkpointDirectory: directory } = request;
  const isEmpty = directory === undefined || !existsSync(directory);
  if (request.mustRecover && isEmpty) throw noCheckpoint(request);
  try {
    return await LocalRuntime.open(request, parallelism);
  } catch (error) {
    if (!(error instanceof CheckpointError) || !request.createOnError || directory === undefined) throw error;
    // Set aside, not deleted: whatever can still be read of it may be wanted.
    renameSync(directory, `${directory}.unreadable-${new SystemClock().now()}`);
    return LocalRuntime.open(request, parallelism);
  }
}

function noCheckpoint(request: RunRequest): IllegalArgumentError {
  return new IllegalArgumentError(
    `There is no checkpoint of "${request.app.name}" in ${request.checkpointDirectory}: use getOrCreate to begin one.`,
  );
}

class LocalRuntime implements Runtime {
  readonly terminated: Promise<void>;
  readonly recoveredFrom: number | undefined;
  readonly #request: RunRequest;
  readonly #store: LocalStore;
  readonly #pool: WorkerPool | undefined;
  readonly #driver: Driver;
  readonly #ports: DriverPorts;
  readonly #temporary: string | undefined;
  /** By uid of the input that each fills. */
  readonly #receivers = new Map<string, RunningReceiver>();
  readonly #listener: BatchListener;
  readonly #recovered: Manifest | undefined;
  #running: Promise<unknown> | undefined;
  #closed: Promise<void> | undefined;
  #settle: { resolve(): void; reject(error: unknown): void } = { resolve() {}, reject() {} };

  static async open(request: RunRequest, parallelism: number): Promise<LocalRuntime> {
    const temporary = request.checkpointDirectory === undefined ? mkdtempSync(join(tmpdir(), "sluice-")) : undefined;
    const store = openStore(request.checkpointDirectory ?? (temporary as string));
    try {
      const manifest = await recover(request, store);
      return new LocalRuntime(request, parallelism, store, manifest, temporary);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  private constructor(
    request: RunRequest,
    parallelism: number,
    store: LocalStore,
    manifest: Manifest | undefined,
    temporary: string | undefined,
  ) {
    const { app, graph, extras } = request;
    this.#request = request;
    this.#store = store;
    this.#temporary = temporary;
    this.recoveredFrom = manifest?.time;
    this.#recovered = manifest;
    this.#listener = tellAll([
      extras.listener,
      { onBatchCommitted: () => this.#trim(), onRatesChanged: (rates) => this.#limit(rates) },
    ]);
    this.terminated = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever awaits it gets the error; nobody has to.
    this.terminated.catch(() => {});
    const codeVersion = extras.bundle?.version ?? "in-process";
    const prepared = new PreparedCache();
    const opened: StoragePorts = {
      blocks: store.blocks,
      table: store.table,
      streams: store.streams,
      files: new LocalFileSystem(),
      clock: new SystemClock(),
      ids: new RandomIds(),
      console: new TerminalConsole(),
    };
    const ports = extras.ports?.(opened) ?? opened;
    const environment = {
      ports,
      graph,
      codeVersion,
      state: new StateCache(),
      prepared,
      inlineBytes: Number.POSITIVE_INFINITY,
      allocate: allocateShared,
    };
    this.#pool = extras.bundle && new WorkerPool(parallelism, extras.bundle, ports);
    this.#ports = { ...ports, invoker: new LocalInvoker(environment, parallelism, this.#pool) };
    this.#driver = new Driver({
      graph,
      options: app.options,
      codeVersion,
      ports: this.#ports,
      prepared,
      listener: this.#listener,
      sweepEvery: SWEEP_INTERVAL_MILLIS,
      ...(extras.maxBatches !== undefined && { maxBatches: extras.maxBatches }),
    });
  }

  async start(): Promise<void> {
    const { graph, extras } = this.#request;
    const { console, streams } = this.#ports;
    if (extras.bundle === undefined && this.#ports.invoker.parallelism > 1) {
      console.log(
        "info",
        "All tasks run in the driver's thread: run the program's file with `sluice run` to use worker threads.",
      );
    }
    for (const node of graph.nodes.filter(
      (candidate) => candidate.stateful !== undefined && !candidate.stateful.named,
    )) {
      console.log(
        "warn",
        `${node.uid} has no name: give it { name: "..." }, so that its state is found again when the program changes.`,
      );
    }
    const inputs = liveInputs(graph);
    for (const { input } of inputs) if (input.type === "stream") await streams.create(input.stream, LOCAL_SHARDS);
    this.#running = this.#driver.run();
    this.#running.then(
      () => this.#close().then(() => this.#settle.resolve()),
      (error: unknown) => this.#close().then(() => this.#settle.reject(error)),
    );
    for (const { uid, input } of inputs) {
      if (input.type === "stream" && input.receiver !== undefined) this.#receive(uid, input.stream, input.receiver);
    }
  }

  #receive(uid: string, stream: string, spec: ReceiverSpec): void {
    const { app, graph } = this.#request;
    const { streams, clock, console } = this.#ports;
    const { maxRatePerShard } = app.options;
    const receiver = runReceiver({
      spec,
      streamId: inputIds(graph).get(uid) as number,
      stream,
      streams,
      clock,
      console,
      shards: LOCAL_SHARDS,
      ...(maxRatePerShard !== undefined && { maxRate: maxRatePerShard * LOCAL_SHARDS }),
      onEvent: (event) => this.#listener.onReceiver?.(described(event)),
    });
    this.#receivers.set(uid, receiver);
    // From the very first record on; the driver speaks up after its first batch.
    const limit = rateLimit(app.options, this.#recovered?.rates[uid], LOCAL_SHARDS);
    if (limit !== undefined) receiver.updateRate(limit);
  }

  #limit(rates: ReadonlyMap<string, number>): void {
    for (const [uid, rate] of rates) this.#receivers.get(uid)?.updateRate(rate);
  }

  async stop(gracefully: boolean): Promise<void> {
    if (this.#running !== undefined) {
      if (gracefully) await this.#stopGracefully(this.#running);
      else this.#driver.stop(false);
      await this.#running.catch(() => {});
    }
    await this.#close();
    this.#settle.resolve();
  }

  async terminatedWithin(millis: number): Promise<boolean> {
    return endsWithin(this.#ports.clock, millis, this.terminated);
  }

  get console(): Console {
    return this.#ports.console;
  }

  slice(node: StreamNode, from: number, to: number): Promise<readonly PastRdd[]> {
    return this.#driver.slice(node, from, to);
  }

  async put(stream: string, records: readonly PutEntry[]): Promise<void> {
    await this.#store.streams.create(stream, LOCAL_SHARDS);
    const results = await this.#store.streams.putRecords(stream, records);
    const refused = results.find((result) => "errorCode" in result);
    if (refused !== undefined && "errorCode" in refused) throw new IllegalArgumentError(refused.errorMessage);
  }

  /** Receivers first, then what they brought; bounded by the stop time-out, after which the rest waits for the next start. */
  async #stopGracefully(running: Promise<unknown>): Promise<void> {
    const { clock, console } = this.#ports;
    const drained = this.#stopReceivers().then(() => {
      this.#driver.stop(true);
      return running;
    });
    const timeout = this.#request.app.options.gracefulStopTimeout;
    if (
      await endsWithin(
        clock,
        timeout,
        drained.catch(() => {}),
      )
    )
      return;
    console.log(
      "warn",
      `The graceful stop took longer than ${timeout} ms; what is left is processed after the next start.`,
    );
    this.#driver.stop(false);
  }

  async #stopReceivers(): Promise<void> {
    await Promise.all([...this.#receivers.values()].map((receiver) => receiver.stop()));
  }

  /** Waits for something of the user's that may hang, but not for ever. */
  async #withinGrace(work: Promise<void>): Promise<void> {
    const { clock, console } = this.#ports;
    if (
      await endsWithin(
        clock,
        RECEIVER_GRACE_MILLIS,
        work.catch(() => {}),
      )
    )
      return;
    console.log("warn", "A receiver did not stop in time and is left behind.");
  }

  #close(): Promise<void> {
    this.#closed ??= (async () => {
      await this.#withinGrace(this.#stopReceivers());
      await this.#pool?.stop();
      await this.#store.close();
      if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
    })();
    return this.#closed;
  }

  /** Records of committed batches are in blocks; the log needs only what is still to be read. */
  #trim(): void {
    if ((this.#driver.manifest?.batches ?? 0) % TRIM_EVERY_BATCHES !== 0) return;
    for (const { uid, input } of liveInputs(this.#request.graph)) {
      const position = this.#driver.manifest?.positions[uid];
      if (input.type !== "stream" || position?.type !== "stream") continue;
      for (const [shard, { next }] of Object.entries(position.shards)) {
        if (next.type === "after-sequence-number") this.#store.streams.trim(input.stream, shard, next.sequenceNumber);
      }
    }
  }
}

function described({ type, receiver }: ReceiverEvent): Parameters<NonNullable<BatchListener["onReceiver"]>>[0] {
  const { stream: _, status, ...known } = receiver;
  return { type, receiver: { ...known, active: status === "started", location: hostname(), executorId: "driver" } };
}

function openStore(directory: string): LocalStore {
  try {
    return new LocalStore({ directory });
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw new CheckpointError(
      `The checkpoint directory ${directory} cannot be read: ${String(error)}`,
      { directory },
      error,
    );
  }
}

/** Reads the newest batch, if there is one. @throws {CheckpointError} when it cannot be read or does not fit the program. */
async function recover(request: RunRequest, store: LocalStore): Promise<Manifest | undefined> {
  const job = jobName(request.app.name);
  const head = await readHead(store.table, job);
  if (head === undefined || head.manifest === "") {
    if (request.mustRecover) throw noCheckpoint(request);
    return undefined;
  }
  const manifest = await loadManifest(store, job, head);
  assertFits(request.graph, manifest, head);
  return manifest;
}
