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
  assertOwned,
  type BatchPlan,
  type CheckpointStorage,
  type ClaimedPlan,
  claimPlan,
  commitHead,
  type Head,
  INLINE_ITEM_BYTES,
  jobName,
  type Manifest,
  readHead,
  sayDrained,
  startsOf,
  touchHead,
  writeManifest,
} from "../checkpoint/index.js";
import { BatchFailedError, FencedError } from "../errors/index.js";
import type { PreparedCache } from "../executor/index.js";
import type { DriverPorts } from "../ports/index.js";
import {
  type BatchListener,
  isTimed,
  liveInputs,
  longSlides,
  type OutputNode,
  type OutputRecord,
  type PastRdd,
  type ResolvedOptions,
  type StreamGraph,
  type StreamNode,
} from "../streaming/index.js";
import { Announcer } from "./announcer.js";
import { type BatchEnvironment, type BatchResult, FIRST, runBatch } from "./batch.js";
import { discard } from "./body-runner.js";
import { maySleep } from "./idle.js";
import { Heartbeat, isUntouched, LEASE_MILLIS, ownerIs } from "./lease.js";
import { RateControl } from "./rate/index.js";
import { assertFits, loadManifest } from "./recovery.js";
import { Retention } from "./retention.js";
import { runOutputs } from "./run-outputs.js";
import { SharedVariables } from "./shared-data.js";
import { slice } from "./slice.js";
import { COLLAPSE_BYTES } from "./stage-runner.js";
import type { HedgePolicy } from "./stage-watch.js";
import { firstPositions } from "./start-positions.js";
import { sweep } from "./sweep.js";
import { TaskRunner } from "./task-runner.js";
import { firstZeroTime, nextTime, realignedZeroTime } from "./ticks.js";

/** How often a driver that has failed asks whether it has been replaced, and the pauses in between, milliseconds. */
const HEAD_ATTEMPTS = 6;
const HEAD_PAUSE_MILLIS = 100;

export interface DriverConfig {
  readonly graph: StreamGraph;
  readonly options: ResolvedOptions;
  readonly codeVersion: string;
  readonly ports: DriverPorts;
  readonly prepared: PreparedCache;
  readonly listener?: BatchListener;
  readonly hedging?: HedgePolicy;
  /** Up to how much input a batch runs in one call, bytes. @defaultValue 256 KiB */
  readonly collapseBytes?: number;
  /** Up to which size manifests and plans are items of the table, bytes. @defaultValue 300 KiB */
  readonly itemBytes?: number;
  /** Stop by itself after so many batches. */
  readonly maxBatches?: number;
  /** Other drivers of this job may be about: stand by while one of them is alive, and let them see that this one is. */
  readonly competing?: boolean;
  /** Look for garbage that killed attempts left behind, at most once in so many milliseconds. @defaultValue never */
  readonly sweepEvery?: number;
  /** How long this driver may live, milliseconds: it begins no batch after that, so that another one can go on in time. */
  readonly leaveAfterMillis?: number;
}

/**
 * How a driver ended in good order. `finished`: all batches it was to do; `stopped`: as it was told; `handed-over`: its time
 * was up, the next driver is to begin at once; `idle`: nothing to do, until records come; `standby`: another driver is at it.
 */
export type Ended = "finished" | "stopped" | "handed-over" | "idle" | "standby";

/** How a stop is to be done. */
type Stop = "no" | "graceful" | "now";

export class Driver {
  readonly #config: DriverConfig;
  readonly #job: string;
  readonly #checkpoints: CheckpointStorage;
  readonly #environment: BatchEnvironment;
  readonly #retention: Retention;
  readonly #announcer: Announcer;
  readonly #shared: SharedVariables;
  readonly #wake = new AbortController();
  /** Ends the waiting for an output that does not succeed. */
  readonly #giveUp = new AbortController();
  #stop: Stop = "no";
  /** When a stop was first asked for. */
  #stopAskedAt = 0;
  /** When this driver began: what "new" and "latest" mean to inputs without position. Epoch milliseconds. */
  #startedAt = 0;
  #head: Head | undefined;
  #manifest: Manifest | undefined;
  /** Outputs of the newest batch while they run. */
  #outputs: Promise<void> = Promise.resolve();
  #lastError: Error | undefined;
  readonly #rates: RateControl;
  /** When this driver is to be gone, on the monotonic clock. */
  #leaveAt = Number.POSITIVE_INFINITY;
  /** False until the first batch: a driver may find that nothing has happened for long. */
  #isAwake = false;

  constructor(config: DriverConfig) {
    const { graph, options, codeVersion, ports, prepared } = config;
    this.#config = config;
    this.#job = jobName(graph.appName);
    const { table, blocks } = ports;
    this.#checkpoints = { table, blocks, itemBytes: config.itemBytes ?? INLINE_ITEM_BYTES };
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
    this.#shared = new SharedVariables(graph, ports, this.#job);
    this.#rates = new RateControl(graph, options);
    this.#announcer = new Announcer(config.listener, ports.console);
    this.#retention = new Retention(ports, this.#job, options.retainBatches);
  }

  /** The newest committed batch. */
  get manifest(): Manifest | undefined {
    return this.#manifest;
  }

  get graph(): StreamGraph {
    return this.#config.graph;
  }

  /** RDDs that a stream had in earlier batches; see {@link slice}. @throws {IllegalStateError} when it keeps none. */
  slice(node: StreamNode, from: number, to: number): Promise<readonly PastRdd[]> {
    const { ports, graph } = this.#config;
    return slice(ports.blocks, graph, this.#manifest, node, from, to);
  }

  /**
   * Runs batches until it is stopped, or has other reasons to end.
   * @throws {BatchFailedError} {OutputFailedError} {FencedError} and whatever else ended it; under `onBatchFailure: "skip"`
   * the last error that a batch reported, after the stop.
   */
  async run(): Promise<Ended> {
    let ended: Ended;
    try {
      ended = await this.#runBatches();
    } catch (error) {
      await this.#end(error);
      throw (await this.#replaced()) ?? error;
    } finally {
      await this.#environment.tasks.settled();
    }
    const isOver = ended === "stopped" || ended === "finished";
    if (isOver && this.#lastError !== undefined) throw this.#lastError;
    return ended;
  }

  async #runBatches(): Promise<Ended> {
    const { clock } = this.#config.ports;
    this.#startedAt = clock.now();
    this.#leaveAt = clock.monotonic() + (this.#config.leaveAfterMillis ?? Number.POSITIVE_INFINITY);
    const seen = await readHead(this.#config.ports.table, this.#job);
    if (seen?.desired === "stop") return "stopped";
    if (await this.#isAnotherAlive(seen)) return "standby";
    this.#announcer.tell("onStarted", this.#startedAt);
    await this.#acquire(seen);
    await this.#finishOwedOutputs();
    const swept = this.#sweep();
    const ended = await this.#batches().finally(() => swept);
    await this.#release(ended);
    return ended;
  }

  async #batches(): Promise<Ended> {
    for (let batches = 0; batches !== this.#config.maxBatches; batches++) {
      if (this.#isTimeUp()) return "handed-over";
      const submittedAt = await this.#untilDue();
      if (submittedAt === undefined) return "stopped";
      const result = await this.#batch(submittedAt);
      this.#isAwake = true;
      if (this.#isStopping("graceful")) {
        if (this.#isDrained(result)) return "stopped";
      } else if (maySleep(this.#config.options, result.manifest)) return "idle";
    }
    return "finished";
  }

  /** Beside the batches. Garbage harms nobody, so neither does failing here. */
  async #sweep(): Promise<void> {
    const { ports, sweepEvery } = this.#config;
    if (sweepEvery === undefined) return;
    try {
      const { deleted } = await sweep(ports, this.#job, sweepEvery);
      if (deleted > 0) ports.console.log("info", `Deleted ${deleted} objects and items that no batch needs.`);
    } catch (error) {
      ports.console.log("warn", `Looking for garbage failed, and is tried again later: ${(error as Error).message}`);
    }
  }

  /** True when the next batch is due only after this driver is to be gone. */
  #isTimeUp(): boolean {
    const { clock } = this.#config.ports;
    return clock.monotonic() + Math.max(0, this.#nextTime() - clock.now()) >= this.#leaveAt;
  }

  async #isAnotherAlive(seen: Head | undefined): Promise<boolean> {
    const { competing, options, ports } = this.#config;
    if (competing !== true || seen === undefined) return false;
    const verdict = ownerIs(seen, ports.clock.now(), options.batchDuration + LEASE_MILLIS);
    if (verdict !== "unclear") return verdict === "alive";
    await ports.clock.sleep(LEASE_MILLIS);
    return !isUntouched(seen, await readHead(ports.table, this.#job));
  }

  /** After a failure: nothing of this driver goes on when `run` has ended. */
  async #end(error: unknown): Promise<void> {
    // A batch of the program's has failed; the one before it is put out in good order, as by a stop.
    if (error instanceof BatchFailedError) return this.#release().catch((other: Error) => this.#report(other));
    this.#giveUp.abort();
    await this.#outputs.catch(() => {});
  }

  /**
   * Set when another driver has taken over. Then whatever this one stumbled over is no news: batches and state, for
   * example, that the other one has forgotten.
   */
  async #replaced(): Promise<FencedError | undefined> {
    const { table, clock } = this.#config.ports;
    if (this.#head === undefined) return undefined;
    for (let attempt = 1; attempt <= HEAD_ATTEMPTS; attempt++) {
      try {
        await assertOwned(table, this.#job, this.#head);
        return undefined;
      } catch (error) {
        if (error instanceof FencedError) return error;
        await clock.sleep(HEAD_PAUSE_MILLIS * attempt);
      }
    }
    return undefined;
  }

  /** Asks the driver to end: gracefully after everything received has been processed, or before its next batch. */
  stop(gracefully: boolean): void {
    this.#askStop(gracefully ? "graceful" : "now");
    this.#wake.abort();
    if (!gracefully) this.#giveUp.abort();
  }

  async #acquire(seen: Head | undefined): Promise<void> {
    const { ports, graph } = this.#config;
    const owner = ports.ids.next();
    this.#head = await acquireHead(ports.table, this.#job, owner, seen, this.#leaseUntil(ports.clock.now()));
    this.#obey(this.#head);
    if (this.#head.manifest === "") return;
    this.#manifest = await loadManifest(ports, this.#job, this.#head);
    this.#rates.recover(this.#manifest.rates);
    assertFits(graph, this.#manifest, this.#head);
    await this.#retention.recover(this.#manifest);
    await this.#shared.recover(this.#manifest, this.#head.out >= this.#head.time);
  }

  /** Outputs of a batch that was committed by a driver that did not live to send them all. */
  async #finishOwedOutputs(): Promise<void> {
    const head = this.#head as Head;
    if (this.#manifest === undefined || head.out >= head.time) return;
    this.#startOutputs(this.#manifest);
    await this.#keepingLease(() => this.#outputs);
  }

  /** Waits for the next batch's time; `undefined` when the driver is to stop instead. Returns when the batch was due. */
  async #untilDue(): Promise<number | undefined> {
    const { clock } = this.#config.ports;
    if (this.#isStopping("now")) return undefined;
    const due = this.#nextTime();
    const now = clock.now();
    // When stopping gracefully the last batches are not waited for: what has arrived by now is all there will be.
    if (this.#isStopping("graceful") || due <= now) {
      // One turn of the event loop, though: a driver that catches up must not keep timers and signals from being heard.
      await clock.sleep(0);
      return this.#isStopping("now") ? undefined : Math.min(due, now);
    }
    await clock.sleep(due - now, this.#wake.signal);
    return this.#isStopping("now") ? undefined : due;
  }

  #nextTime(): number {
    const { ports, options, graph } = this.#config;
    const now = ports.clock.now();
    // What was slept through had nothing in it.
    if (!this.#isAwake && maySleep(options, this.#manifest)) {
      return nextTime(this.#zeroTime(), options.batchDuration, this.#manifest?.time, now, "coalesce");
    }
    const catchUp = options.catchUp ?? (isTimed(graph) ? "replay" : "coalesce");
    return nextTime(this.#zeroTime(), options.batchDuration, this.#manifest?.time, now, catchUp, longSlides(graph));
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

  /** Does what the operator wants. */
  #obey(head: Head): void {
    if (head.desired === "drain" && this.#stop !== "now") this.#askStop("graceful");
    if (head.desired === "stop") this.#askStop("now");
  }

  #askStop(how: "graceful" | "now"): void {
    if (this.#stop === "no") this.#stopAskedAt = this.#config.ports.clock.now();
    this.#stop = how;
  }

  /**
   * Has everything been processed that had arrived when a graceful stop was asked for? That a batch is empty does not say so
   * when its time is before that: what came after its time, while it ran or before it was begun, is for the next one.
   */
  #isDrained({ manifest, lagging }: BatchResult): boolean {
    return manifest.time > this.#stopAskedAt && manifest.records === 0 && !lagging;
  }

  /** Renews the lease while something is done that may take longer than it. */
  async #keepingLease<T>(work: () => Promise<T>): Promise<T> {
    const { ports, competing } = this.#config;
    if (competing !== true) return work();
    const renew = async (): Promise<void> => {
      const expires = this.#leaseUntil();
      this.#head = await touchHead(ports.table, this.#job, this.#head as Head, { expires });
    };
    const heartbeat = new Heartbeat(ports.clock, () => this.#environment.tasks.answers, renew);
    try {
      return await work();
    } finally {
      await heartbeat.stop();
    }
  }

  /** A lease that covers the waiting for the batch after the one of that time. */
  #leaseUntil(time = 0): number {
    const { ports, options } = this.#config;
    return Math.max(ports.clock.now(), time + options.batchDuration) + LEASE_MILLIS;
  }

  async #batch(submittedAt: number): Promise<BatchResult> {
    const { ports } = this.#config;
    const startedAt = ports.clock.now();
    const previous = this.#manifest;
    const claimed = await this.#claimPlan();
    const times = { submittedAt, startedAt };
    const { result, stagesMillis, manifest, manifestHash } = await this.#keepingLease(async () => {
      const result = await this.#run(claimed, times);
      const stagesMillis = ports.clock.now() - startedAt;
      if (this.#shared.waitsForOutputs) await this.#outputs;
      const manifest = await this.#shared.settle(result.manifest, previous, result.added);
      const manifestHash = await writeManifest(this.#checkpoints, this.#job, manifest);
      await this.#outputs;
      return { result, stagesMillis, manifest, manifestHash };
    });
    this.#head = await commitHead(ports.table, this.#job, this.#head as Head, {
      manifest: manifest.id,
      manifestHash,
      time: manifest.time,
      out: previous?.time ?? 0,
      expires: this.#leaseUntil(manifest.time),
    });
    this.#manifest = manifest;
    this.#obey(this.#head);
    this.#shared.committed(manifest);
    if (result.error !== undefined) this.#report(result.error);
    const committedAt = ports.clock.now();
    this.#announcer.tell("onBatchCommitted", {
      time: manifest.time,
      records: manifest.records,
      ...result.stats,
      committedAt,
      tasks: result.tasks,
      shuffleBytes: result.shuffleBytes,
      stateKeys: result.stats.state.reduce((sum, { keys }) => sum + keys, 0),
      accumulators: manifest.shared.accumulators,
      error: result.error,
    });
    const finished = (millis: number) => this.#adjustRates(result, { ...times, stagesMillis }, millis);
    this.#startOutputs(manifest, result.error === undefined ? finished : undefined);
    await this.#retention.committed(manifest);
    await discard(ports.blocks, result.scratch);
    return result;
  }

  async #run(claimed: ClaimedPlan, times: Pick<BatchTimes, "submittedAt" | "startedAt">): Promise<BatchResult> {
    const { time } = claimed.plan;
    return runBatch(this.#environment, {
      previous: this.#manifest,
      ...claimed,
      rates: this.#rates.rates,
      ...times,
      onGenerated: (inputs, outputs) => {
        const records = outputs.map((output) => outputRecord(time, output));
        this.#announcer.tell("onBatchStarted", { time, inputs, outputs: records, ...times });
      },
      onHalting: (error, stats) =>
        this.#announcer.tell("onBatchFailed", time, this.#config.ports.clock.now(), error, stats),
    });
  }

  /** Learns from a batch how fast inputs may come from now on. Stages and outputs of batches overlap, so the slower of the two counts. */
  #adjustRates({ stats, manifest }: BatchResult, times: BatchTimes, outputsMillis: number): void {
    const limits = this.#rates.finished(manifest.positions, {
      time: this.#config.ports.clock.now(),
      processingDelay: Math.max(times.stagesMillis, outputsMillis),
      schedulingDelay: times.startedAt - times.submittedAt,
      records: Object.fromEntries(stats.inputs.map(({ uid, records }) => [uid, records])),
    });
    if (limits.size > 0) this.#announcer.tell("onRatesChanged", limits);
  }

  /** Fixes what the next batch is, or adopts what another driver fixed for the same step. */
  async #claimPlan(): Promise<ClaimedPlan> {
    const { ports, codeVersion, options, graph } = this.#config;
    const previous = this.#manifest?.id ?? FIRST;
    for (;;) {
      const head = this.#head as Head;
      const time = this.#nextTime();
      const own: BatchPlan = {
        id: ports.ids.next(),
        time,
        zeroTime: this.#zeroTime(),
        codeVersion,
        starts: await firstPositions(graph, ports.streams, this.#manifest, this.#startedAt),
        defaultPartitions: options.defaultPartitions ?? ports.invoker.parallelism,
        shared: await this.#shared.plan(this.#manifest, time),
      };
      const claimed = await claimPlan(this.#checkpoints, this.#job, previous, head.revision, own);
      if (claimed.fresh || this.#canCarryOut(claimed.plan)) return claimed;
      this.#head = await touchHead(ports.table, this.#job, head, { revision: head.revision + 1 });
    }
  }

  /** False for the plan of a program that was changed since: it has other inputs now, or no batch at that time. */
  #canCarryOut(plan: BatchPlan): boolean {
    const { graph, options } = this.#config;
    const isBatchTime = (plan.time - plan.zeroTime) % options.batchDuration === 0;
    const starts = startsOf(plan, this.#manifest);
    const knowsInputs = liveInputs(graph).every(({ uid }) => starts[uid] !== undefined);
    return isBatchTime && knowsInputs && this.#shared.fits(plan.shared);
  }

  /** @param finished Is told how many milliseconds they took. */
  #startOutputs(manifest: Manifest, finished?: (millis: number) => void): void {
    const { ports, graph, options } = this.#config;
    const { time } = manifest;
    const begun = ports.clock.now();
    const environment = {
      ...this.#environment,
      graph,
      files: ports.files,
      console: ports.console,
      clock: ports.clock,
      ids: ports.ids,
      defaultPartitions: options.defaultPartitions ?? ports.invoker.parallelism,
      watch: {
        started: (output: OutputNode) =>
          this.#announcer.tell("onOutputStarted", outputRecord(time, output), ports.clock.now()),
        retried: (output: OutputNode, error: Error) =>
          this.#announcer.tell("onOutputRetried", outputRecord(time, output), ports.clock.now(), error),
        completed: (output: OutputNode, error: Error | undefined) =>
          this.#announcer.tell("onOutputCompleted", outputRecord(time, output), ports.clock.now(), error),
      },
    };
    const skip = options.onBatchFailure === "skip" ? (error: Error) => this.#report(error) : undefined;
    this.#outputs = runOutputs(environment, manifest, this.#giveUp.signal, skip).then((added) => {
      this.#shared.outputsDone(manifest, added);
      this.#announcer.tell("onOutputsCompleted", time, ports.clock.now());
      finished?.(ports.clock.now() - begun);
    });
    this.#outputs = this.#outputs.catch((error: Error) => {
      if (!this.#giveUp.signal.aborted) this.#announcer.tell("onOutputsFailed", time, ports.clock.now(), error);
      throw error;
    });
    // Whoever awaits it next gets the error; until then it must not count as unhandled.
    this.#outputs.catch(() => {});
  }

  #report(error: Error): void {
    this.#lastError = error;
    this.#config.ports.console.log("error", error.message);
  }

  /** Ends in good order: outputs done and said to be, lease given up. */
  async #release(ended?: Ended): Promise<void> {
    await this.#outputs;
    if (this.#manifest !== undefined) await this.#shared.release(this.#manifest);
    const head = this.#head as Head;
    const { table } = this.#config.ports;
    this.#head = await touchHead(table, this.#job, head, { out: head.time, expires: 0 });
    if (ended === "stopped" && this.#head.desired === "drain") await sayDrained(table, this.#job);
  }
}

interface BatchTimes {
  readonly submittedAt: number;
  readonly startedAt: number;
  /** How long its stages took. */
  readonly stagesMillis: number;
}

function outputRecord(time: number, { id, uid, kind }: OutputNode): OutputRecord {
  return { time, id, uid, kind };
}
