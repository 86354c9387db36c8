/** What a running application tells, kept for those who look: the last batches one by one, older ones by the minute. */
import { type BatchStats, jobName } from "../checkpoint/index.js";
import type { Clock } from "../ports/index.js";
import {
  type BatchListener,
  type BatchRecord,
  isTimed,
  type OutputRecord,
  type ReceiverEvent,
  type ReceiverInfo,
  type ResolvedOptions,
  type StartedBatch,
  type StreamGraph,
} from "../streaming/index.js";
import { figuresOf } from "./app-figures.js";
import { BatchEntry, type EntryScope } from "./batch-entry.js";
import { describeOptions } from "./config.js";
import { addCosts, NO_COST } from "./costs.js";
import { errorView, type StackOf } from "./error-view.js";
import { graphView } from "./graph-view.js";
import { type BatchScope, batchView, queuedBatch, texts } from "./known-batch.js";
import { Minutes } from "./minutes.js";
import type { RequestUsage } from "./prices.js";
import { type RequestMeter, usageBetween } from "./request-meter.js";
import type { MonitorSource } from "./source.js";
import {
  type AppState,
  type AppView,
  type BatchSummary,
  type BatchView,
  type CostView,
  type GraphView,
  type PrintedView,
  type ReceiverView,
  type TimelineView,
  VIEW_VERSION,
} from "./view.js";

/** Batches that are kept one by one. (Spark: `spark.streaming.ui.retainedBatches`.) */
const KEEP = 1000;
/** Printed texts that are kept, and characters of each. */
const KEEP_PRINTED = 20;
const MAX_PRINTED = 10_000;
/** Batches whose cost says what a month will cost. */
const COST_BATCHES = 100;

export interface BatchHistoryOptions {
  readonly graph: StreamGraph;
  readonly options: ResolvedOptions;
  readonly clock: Pick<Clock, "now">;
  /** Differs from one process to the next. */
  readonly run: string;
  readonly master: string;
  /** Batches that are kept one by one. @defaultValue 1000 */
  readonly keep?: number;
  /** Counts the requests to services. */
  readonly meter?: RequestMeter;
  /** The command that runs a batch again. */
  readonly replayCommand?: (time: number) => string;
  /** What to show of a stack. @defaultValue all of it */
  readonly stackOf?: StackOf;
  /** Facts to show beside the options. */
  readonly facts?: AppView["config"];
}

/**
 * Listens to a driver. Taking note costs next to nothing: views are made when somebody asks for them.
 *
 * @example
 * const history = new BatchHistory({ graph, options, clock, run: "1", master: "local[2]" });
 * // ... after some batches, as the listener of a driver:
 * history.app().processingTime; // 240
 * history.batch(1_700_000_000_000)?.stages;
 */
export class BatchHistory implements BatchListener, MonitorSource {
  readonly run: string;
  readonly #options: BatchHistoryOptions;
  readonly #scope: BatchScope & EntryScope;
  readonly #keep: number;
  /** By time, oldest first. */
  readonly #entries = new Map<number, BatchEntry>();
  readonly #minutes = new Minutes();
  readonly #receivers = new Map<number, ReceiverInfo>();
  readonly #printed: PrintedView[] = [];
  readonly #listeners = new Set<() => void>();
  #rates: ReadonlyMap<string, number> = new Map();
  #revision = 0;
  /** Newest change of a batch that is not kept any more: changes before it cannot be told one by one. */
  #forgottenAt = 0;
  #state: AppState = "starting";
  #startedAt: number | undefined;
  #error: Error | undefined;
  #completed = 0;
  #failed = 0;
  #records = 0;
  #processed = 0;
  #newest = 0;
  #cost: CostView = NO_COST;
  #usage: RequestUsage | undefined;

  constructor(options: BatchHistoryOptions) {
    this.#options = options;
    this.run = options.run;
    this.#keep = options.keep ?? KEEP;
    this.#usage = options.meter?.snapshot();
    this.#scope = {
      batchDuration: options.options.batchDuration,
      job: jobName(options.graph.appName),
      replayCommand: options.replayCommand,
      errorView: (error) => errorView(error, options.stackOf),
    };
  }

  get revision(): number {
    return this.#revision;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  // --- What the driver tells ----------------------------------------------------------------------------------------

  onStarted(at: number): void {
    this.#startedAt = at;
    this.#state = "running";
    this.#changed();
  }

  onBatchStarted(batch: StartedBatch): void {
    this.#records += this.#add(new BatchEntry(batch.time, this.#scope, batch)).records;
  }

  onBatchCommitted(record: BatchRecord): void {
    const known = this.#entries.get(record.time);
    const entry = known ?? this.#add(new BatchEntry(record.time, this.#scope));
    // One that failed while its lineage was built was never said to have begun.
    if (known === undefined) this.#records += record.records;
    entry.committed(record, this.#takeUsage());
    this.#cost = addCosts(this.#cost, entry.costs ?? NO_COST);
    if (record.error !== undefined) this.#ended(entry, record.error);
    this.#changed(entry);
  }

  onBatchFailed(time: number, at: number, error: Error, stats: BatchStats): void {
    const entry = this.#entries.get(time) ?? this.#add(new BatchEntry(time, this.#scope));
    entry.halted(at, error, stats, this.#takeUsage());
    this.#cost = addCosts(this.#cost, entry.costs ?? NO_COST);
    this.#ended(entry, error);
    this.#changed(entry);
  }

  onOutputStarted(output: OutputRecord, at: number): void {
    const entry = this.#entries.get(output.time);
    entry?.outputStarted(output, at);
    this.#changed(entry);
  }

  onOutputRetried(output: OutputRecord, _at: number, error: Error): void {
    const entry = this.#entries.get(output.time);
    entry?.outputRetried(output, error);
    this.#changed(entry);
  }

  onOutputCompleted(output: OutputRecord, at: number, error: Error | undefined): void {
    const entry = this.#entries.get(output.time);
    entry?.outputCompleted(output, at, error);
    if (error !== undefined) this.#error = error;
    this.#changed(entry);
  }

  onOutputsCompleted(time: number, at: number): void {
    const entry = this.#entries.get(time);
    // One that failed ended when it did.
    if (entry === undefined || entry.hasEnded) return;
    entry.completed(at);
    this.#ended(entry, undefined);
    this.#changed(entry);
  }

  onOutputsFailed(time: number, at: number, error: Error): void {
    const entry = this.#entries.get(time);
    if (entry === undefined || entry.hasEnded) return;
    entry.failed(at, error);
    this.#ended(entry, error);
    this.#changed(entry);
  }

  onRatesChanged(rates: ReadonlyMap<string, number>): void {
    this.#rates = rates;
    this.#changed();
  }

  onReceiver({ receiver }: ReceiverEvent): void {
    this.#receivers.set(receiver.streamId, receiver);
    this.#changed();
  }

  /** Takes note of what the program printed. */
  printed(text: string): void {
    this.#printed.push({ at: this.#options.clock.now(), text: text.slice(0, MAX_PRINTED) });
    if (this.#printed.length > KEEP_PRINTED) this.#printed.shift();
    this.#changed();
  }

  /** The application has ended, with an error that ended it. */
  ended(error?: unknown): void {
    this.#state = error === undefined ? "ended" : "failed";
    if (error !== undefined) this.#error = error instanceof Error ? error : new Error(String(error));
    this.#changed();
  }

  // --- What others look at ------------------------------------------------------------------------------------------

  app(): AppView {
    const { graph, options, clock, master, facts = [] } = this.#options;
    const entries = [...this.#entries.values()];
    const ended = entries.filter((entry) => entry.hasEnded);
    const costs = ended.slice(-COST_BATCHES).map((entry) => entry.costs ?? NO_COST);
    const waiting = this.#waiting().length;
    return {
      version: VIEW_VERSION,
      name: graph.appName,
      master,
      state: this.#state,
      startedAt: this.#startedAt,
      now: clock.now(),
      batchDuration: options.batchDuration,
      batches: {
        completed: this.#completed,
        failed: this.#failed,
        waiting,
        processing: entries.length - ended.length,
        retained: entries.length,
      },
      records: this.#records,
      processedRecords: this.#processed,
      ...figuresOf(
        ended.map(({ summary }) => summary),
        costs,
        options.batchDuration,
        waiting,
      ),
      cost: this.#cost,
      costIsHypothetical: true,
      error: this.#error && this.#scope.errorView(this.#error),
      receivers: [...this.#receivers.values()].sort((a, b) => a.streamId - b.streamId).map(receiverView),
      rateLimits: Object.fromEntries(this.#rates),
      printed: [...this.#printed],
      accumulators: texts(entries.findLast((entry) => entry.accumulators !== undefined)?.accumulators ?? {}),
      config: [...facts, ...describeOptions(options)],
    };
  }

  graph(): GraphView {
    return graphView(this.#options.graph);
  }

  timeline(): TimelineView {
    return {
      version: VIEW_VERSION,
      minutes: this.#minutes.views,
      batches: [...this.#entries.values()].map(({ summary }) => summary),
    };
  }

  batches(): readonly BatchSummary[] {
    return [...this.#waiting(), ...[...this.#entries.values()].map(({ summary }) => summary).reverse()];
  }

  changedSince(revision: number): readonly BatchSummary[] | undefined {
    if (revision > this.#revision || revision < this.#forgottenAt) return undefined;
    return [...this.#entries.values()].filter((entry) => entry.revision > revision).map(({ summary }) => summary);
  }

  batch(time: number): BatchView | undefined {
    const entry = this.#entries.get(time);
    return entry && batchView(entry.known, this.#scope);
  }

  // ------------------------------------------------------------------------------------------------------------------

  #add(entry: BatchEntry): BatchEntry {
    this.#entries.set(entry.time, entry);
    this.#newest = entry.time;
    if (this.#entries.size > this.#keep) this.#rollUp();
    this.#changed(entry);
    return entry;
  }

  /** Requests since the last call; `undefined` when nobody counts. */
  #takeUsage(): RequestUsage | undefined {
    const [before, now] = [this.#usage, this.#options.meter?.snapshot()];
    this.#usage = now;
    return before && now && usageBetween(before, now);
  }

  #rollUp(): void {
    for (const [time, entry] of this.#entries) {
      this.#minutes.add(entry.summary);
      this.#entries.delete(time);
      this.#forgottenAt = Math.max(this.#forgottenAt, entry.revision);
      return;
    }
  }

  #ended(entry: BatchEntry, error: Error | undefined): void {
    if (entry.status === "failed") this.#failed += 1;
    else this.#completed += 1;
    this.#processed += entry.records;
    if (error !== undefined) this.#error = error;
  }

  /** Batches that are due and not begun, newest first. Where missed ones are put together, that is one. */
  #waiting(): readonly BatchSummary[] {
    const { clock, options, graph } = this.#options;
    if (this.#state !== "running" || this.#newest === 0) return [];
    const { batchDuration } = options;
    const due = Math.floor((clock.now() - this.#newest) / batchDuration);
    const one = (options.catchUp ?? (isTimed(graph) ? "replay" : "coalesce")) === "coalesce";
    const count = Math.min(one ? 1 : this.#keep, Math.max(0, due));
    return Array.from({ length: count }, (_, i) => queuedBatch(this.#newest + (one ? due : count - i) * batchDuration));
  }

  #changed(entry?: BatchEntry): void {
    this.#revision += 1;
    if (entry !== undefined) entry.revision = this.#revision;
    for (const listener of this.#listeners) listener();
  }
}

function receiverView({ name, ...known }: ReceiverInfo): ReceiverView {
  return { ...known, streamName: name };
}
