/**
 * The driver: interval after interval plans a batch, runs it, commits it, and sends its outputs while the next one runs.
 *
 * 1. Acquire the head: from then on no other driver can commit.
 * 2. Finish the outputs that the newest batch still owes.
 * 3. Claim the plan of the next batch; 4. read its blocks; 5. run its stages; 6. write its manifest and move the head.
 * 7. Its outputs run from committed data only; the next commit waits for them.
 * 8. Forget what is older than the retained batches.
 *
 * A crash between any two steps leaves garbage with names nobody will use again, and a head that says where to go on.
 */
import {
  acquireHead,
  type BatchPlan,
  claimPlan,
  commitHead,
  type Head,
  type InputPosition,
  jobName,
  type Manifest,
  readHead,
  readManifest,
  readPlan,
  touchHead,
  writeManifest,
} from "../checkpoint/index.js";
import { CheckpointError, OutputFailedError } from "../errors/index.js";
import type { PreparedCache } from "../executor/index.js";
import type { DriverPorts } from "../ports/index.js";
import { liveInputs, liveStateful, type ResolvedOptions, type StreamGraph } from "../streaming/index.js";
import { type BatchEnvironment, type BatchResult, FIRST, runBatch } from "./batch.js";
import type { DriverListener } from "./batch-events.js";
import { filesStart, queueStart, streamStart } from "./inputs/index.js";
import { Retention } from "./retention.js";
import { runOutputs } from "./run-outputs.js";
import { COLLAPSE_BYTES } from "./stage-runner.js";
import { type HedgePolicy, TaskRunner } from "./task-runner.js";
import { firstZeroTime, nextTime, realignedZeroTime } from "./ticks.js";

/** How long a driver that says nothing keeps its claim to be the one, milliseconds. Saves work, never relied on. */
const LEASE_MILLIS = 10_000;

export interface DriverConfig {
  readonly graph: StreamGraph;
  readonly options: ResolvedOptions;
  readonly codeVersion: string;
  readonly ports: DriverPorts;
  readonly prepared: PreparedCache;
  readonly listener?: DriverListener;
  readonly hedging?: HedgePolicy;
  /** Up to how much input a batch runs in one call, bytes. @defaultValue 256 KiB */
  readonly collapseBytes?: number;
  /** Stop by itself after so many batches. */
  readonly maxBatches?: number;
}

/** How a stop is to be done. */
type Stop = "no" | "graceful" | "now";

export class Driver {
  readonly #config: DriverConfig;
  readonly #job: string;
  readonly #environment: BatchEnvironment;
  readonly #retention: Retention;
  readonly #wake = new AbortController();
  #stop: Stop = "no";
  /** When this driver began: what "new" and "latest" mean to inputs without position. Epoch milliseconds. */
  #startedAt = 0;
  #head: Head | undefined;
  #manifest: Manifest | undefined;
  /** Outputs of the newest batch while they run. */
  #outputs: Promise<void> = Promise.resolve();
  #lastError: Error | undefined;

  constructor(config: DriverConfig) {
    const { graph, options, codeVersion, ports, prepared } = config;
    this.#config = config;
    this.#job = jobName(graph.appName);
    this.#environment = {
      job: this.#job,
      codeVersion,
      tasks: new TaskRunner(ports.invoker, ports.clock, config.hedging),
      blocks: ports.blocks,
      collapseBytes: config.collapseBytes ?? COLLAPSE_BYTES,
      prepared,
      graph,
      options,
      ports,
    };
    this.#retention = new Retention(ports, this.#job, options.retainBatches);
  }

  /** The newest committed batch. */
  get manifest(): Manifest | undefined {
    return this.#manifest;
  }

  /**
   * Runs batches until it is stopped.
   * @throws {BatchFailedError} {OutputFailedError} {FencedError} and whatever else ended it; under `onBatchFailure: "skip"`
   * the last error that a batch reported, after the stop.
   */
  async run(): Promise<void> {
    this.#startedAt = this.#config.ports.clock.now();
    await this.#acquire();
    await this.#finishOwedOutputs();
    for (let batches = 0; batches !== this.#config.maxBatches; batches++) {
      const submittedAt = await this.#untilDue();
      if (submittedAt === undefined) break;
      const result = await this.#batch(submittedAt);
      if (this.#isStopping("graceful") && result.manifest.records === 0 && !result.lagging) break;
    }
    await this.#release();
    if (this.#lastError !== undefined) throw this.#lastError;
  }

  /** Asks the driver to end: gracefully after everything received has been processed, or before its next batch. */
  stop(gracefully: boolean): void {
    this.#stop = gracefully ? "graceful" : "now";
    this.#wake.abort();
  }

  async #acquire(): Promise<void> {
    const { ports, graph } = this.#config;
    const seen = await readHead(ports.table, this.#job);
    const owner = ports.ids.next();
    this.#head = await acquireHead(ports.table, this.#job, owner, seen, ports.clock.now() + LEASE_MILLIS);
    if (this.#head.manifest === "") return;
    this.#manifest = await loadManifest(ports, this.#job, this.#head);
    assertFits(graph, this.#manifest);
    await this.#retention.recover(this.#manifest);
  }

  /** Outputs of a batch that was committed by a driver that did not live to send them all. */
  async #finishOwedOutputs(): Promise<void> {
    const head = this.#head as Head;
    if (this.#manifest === undefined || head.out >= head.time) return;
    this.#startOutputs(this.#manifest);
    await this.#outputs;
  }

  /** Waits for the next batch's time; `undefined` when the driver is to stop instead. Returns when the batch was due. */
  async #untilDue(): Promise<number | undefined> {
    const { clock } = this.#config.ports;
    if (this.#isStopping("now")) return undefined;
    const due = this.#nextTime();
    const now = clock.now();
    // When stopping gracefully the last batches are not waited for: what has arrived by now is all there will be.
    if (this.#isStopping("graceful") || due <= now) return Math.min(due, now);
    await clock.sleep(due - now, this.#wake.signal);
    return this.#isStopping("now") ? undefined : due;
  }

  #nextTime(): number {
    const { ports, options } = this.#config;
    const now = ports.clock.now();
    return nextTime(this.#zeroTime(), options.batchDuration, this.#manifest?.time, now, options.catchUp);
  }

  #zeroTime(): number {
    const interval = this.#config.options.batchDuration;
    if (this.#manifest === undefined) return firstZeroTime(this.#startedAt, interval);
    const { zeroTime, batchDuration, time } = this.#manifest;
    return batchDuration === interval ? zeroTime : realignedZeroTime(time, interval);
  }

  /** Asked for by other callers while this one waits. */
  #isStopping(how: Stop): boolean {
    return this.#stop === how;
  }

  async #batch(submittedAt: number): Promise<BatchResult> {
    const { ports } = this.#config;
    const startedAt = ports.clock.now();
    const head = this.#head as Head;
    const previous = this.#manifest;
    const plan = await this.#claimPlan();
    const result = await runBatch(this.#environment, { previous, plan, revision: head.revision });
    const { manifest } = result;
    const manifestHash = await writeManifest(ports, this.#job, manifest);
    await this.#outputs;
    this.#head = await commitHead(ports.table, this.#job, head, {
      manifest: manifest.id,
      manifestHash,
      time: manifest.time,
      out: previous?.time ?? 0,
      expires: ports.clock.now() + LEASE_MILLIS,
    });
    this.#manifest = manifest;
    if (result.error !== undefined) this.#report(result.error);
    this.#config.listener?.onBatchCommitted?.({
      time: manifest.time,
      records: manifest.records,
      submittedAt,
      startedAt,
      committedAt: ports.clock.now(),
      tasks: result.tasks,
      shuffleBytes: result.shuffleBytes,
      stateKeys: Object.values(manifest.state)
        .flatMap((meta) => meta.partitions)
        .reduce((sum, p) => sum + p.keys, 0),
      error: result.error,
    });
    this.#startOutputs(manifest);
    await this.#retention.committed(manifest);
    return result;
  }

  /** Fixes what the next batch is, or adopts what another driver fixed for the same step. */
  async #claimPlan(): Promise<BatchPlan> {
    const { ports, codeVersion, options } = this.#config;
    const head = this.#head as Head;
    const previous = this.#manifest?.id ?? FIRST;
    const claimed = await readPlan(ports.table, this.#job, previous, head.revision);
    if (claimed !== undefined) return claimed;
    return claimPlan(ports.table, this.#job, previous, head.revision, {
      id: ports.ids.next(),
      time: this.#nextTime(),
      zeroTime: this.#zeroTime(),
      codeVersion,
      starts: await this.#starts(),
      defaultPartitions: options.defaultPartitions ?? ports.invoker.parallelism,
    });
  }

  /** Positions come from the manifest alone; inputs that it does not know begin at their first position. */
  async #starts(): Promise<Readonly<Record<string, InputPosition>>> {
    const { graph, ports } = this.#config;
    const starts: Record<string, InputPosition> = {};
    for (const { uid, input } of liveInputs(graph)) {
      const known = this.#manifest?.positions[uid];
      if (known !== undefined) starts[uid] = known;
      else if (input.type === "queue") starts[uid] = queueStart;
      else if (input.type === "files") starts[uid] = filesStart(input, this.#startedAt);
      else starts[uid] = await streamStart(ports.streams, input, this.#startedAt);
    }
    return starts;
  }

  #startOutputs(manifest: Manifest): void {
    const { ports, graph, options, listener } = this.#config;
    const environment = {
      ...this.#environment,
      graph,
      files: ports.files,
      console: ports.console,
      clock: ports.clock,
      ids: ports.ids,
      defaultPartitions: options.defaultPartitions ?? ports.invoker.parallelism,
    };
    this.#outputs = runOutputs(environment, manifest, this.#wake.signal).then(
      () => listener?.onOutputsCompleted?.(manifest.time),
      (error: unknown) => {
        if (!(error instanceof OutputFailedError) || options.onBatchFailure === "halt") throw error;
        this.#report(error);
      },
    );
    // Whoever awaits it next gets the error; until then it must not count as unhandled.
    this.#outputs.catch(() => {});
  }

  #report(error: Error): void {
    this.#lastError = error;
    this.#config.ports.console.log("error", error.message);
  }

  /** Ends in good order: outputs done and said to be, lease given up. */
  async #release(): Promise<void> {
    await this.#outputs;
    const head = this.#head as Head;
    this.#head = await touchHead(this.#config.ports.table, this.#job, head, { out: head.time, expires: 0 });
  }
}

/** @throws {CheckpointError} when the head's manifest cannot be read. */
export async function loadManifest(
  ports: Pick<DriverPorts, "table" | "blocks">,
  job: string,
  head: Head,
): Promise<Manifest> {
  const manifest = await readManifest(ports, job, head.manifest, head.manifestHash);
  if (manifest !== undefined) return manifest;
  throw new CheckpointError(
    `The head of ${job} names manifest ${head.manifest}, but it is not there: the checkpoint was changed from outside.`,
    { job, manifest: head.manifest },
  );
}

/**
 * Would this program go on with this checkpoint without losing state?
 * @throws {CheckpointError} naming the operator whose state would be dropped.
 */
export function assertFits(graph: StreamGraph, manifest: Manifest): void {
  const uids = new Set(liveStateful(graph).map((node) => node.uid));
  const orphan = Object.keys(manifest.state).find((uid) => !uids.has(uid));
  if (orphan === undefined) return;
  throw new CheckpointError(
    `The checkpoint holds state of an operator ${orphan}, which this program does not have (it has: ${[...uids].join(", ") || "none"}). Give the operator that continues it { name: "${orphan}" }, or start with a new checkpoint.`,
    { operator: orphan },
  );
}
