import { type BatchStats, storedStats } from "../checkpoint/index.js";
import type { BatchRecord, OutputRecord, StartedBatch } from "../streaming/index.js";
import { costsOf } from "./costs.js";
import { batchSummary, type KnownBatch, type KnownOutput } from "./known-batch.js";
import type { RequestUsage } from "./prices.js";
import type { BatchStatus, BatchSummary, CostView, ErrorView } from "./view.js";

/** What all entries of a history have in common. */
export interface EntryScope {
  /** Milliseconds. */
  readonly batchDuration: number;
  readonly errorView: (error: Error) => ErrorView;
}

interface OutputProgress {
  readonly output: OutputRecord;
  startedAt: number | undefined;
  endedAt: number | undefined;
  error: Error | undefined;
  retries: number;
  lastRetry: Error | undefined;
}

/** A batch of a running application: takes note of what is told, and makes views when somebody looks. */
export class BatchEntry {
  readonly time: number;
  /** Of the history when the batch changed last. */
  revision = 0;
  readonly #started: StartedBatch | undefined;
  readonly #outputs: OutputProgress[];
  readonly #scope: EntryScope;
  #record: BatchRecord | undefined;
  /** Of how it ran, also when it failed. */
  #stats: BatchStats | undefined;
  #usage: RequestUsage | undefined;
  #failure: Error | undefined;
  #endedAt: number | undefined;
  #costs: CostView | undefined;
  #seen: { readonly revision: number; readonly summary: BatchSummary } | undefined;

  constructor(time: number, scope: EntryScope, started?: StartedBatch) {
    this.time = time;
    this.#scope = scope;
    this.#started = started;
    this.#outputs = (started?.outputs ?? []).map(notBegun);
  }

  /** @param usage requests to services while it ran; without it they are estimated. */
  committed(record: BatchRecord, usage: RequestUsage | undefined): void {
    this.#usage = usage;
    this.#record = { ...record, ...storedStats(record) };
    this.#stats = this.#record;
    if (record.error !== undefined) this.failed(record.committedAt, record.error);
  }

  /** It halts the application. @param usage as of {@link committed}. */
  halted(at: number, error: Error, stats: BatchStats, usage: RequestUsage | undefined): void {
    this.#usage = usage;
    this.#stats = storedStats(stats);
    this.failed(at, error);
  }

  failed(at: number, error: Error): void {
    this.#failure = error;
    this.#endedAt = at;
  }

  outputStarted(output: OutputRecord, at: number): void {
    this.#progress(output).startedAt = at;
  }

  outputRetried(output: OutputRecord, error: Error): void {
    const progress = this.#progress(output);
    progress.retries += 1;
    progress.lastRetry = error;
  }

  outputCompleted(output: OutputRecord, at: number, error: Error | undefined): void {
    const progress = this.#progress(output);
    progress.endedAt = at;
    progress.error = error;
  }

  /** All its outputs are done. */
  completed(at: number): void {
    this.#endedAt ??= at;
  }

  get hasEnded(): boolean {
    return this.#endedAt !== undefined;
  }

  get endedAt(): number | undefined {
    return this.#endedAt;
  }

  get records(): number {
    return this.#record?.records ?? this.#started?.inputs.reduce((sum, { records }) => sum + records, 0) ?? 0;
  }

  get status(): BatchStatus {
    if (this.#failure !== undefined || this.#outputs.some(({ error }) => error !== undefined)) return "failed";
    return this.hasEnded ? "completed" : "processing";
  }

  /** Totals of accumulators, once it is committed. */
  get accumulators(): Readonly<Record<string, unknown>> | undefined {
    return this.#record?.accumulators;
  }

  /** Known once it is committed, or has failed. */
  get costs(): CostView | undefined {
    this.#costs ??= this.#stats && costsOf(this.#stats, this.#scope.batchDuration, this.#usage);
    return this.#costs;
  }

  get summary(): BatchSummary {
    if (this.#seen?.revision !== this.revision) {
      const summary = batchSummary(this.known, this.#scope);
      this.#seen = { revision: this.revision, summary };
    }
    return this.#seen.summary;
  }

  get known(): KnownBatch {
    const told = this.#stats ?? this.#started;
    return {
      time: this.time,
      status: this.status,
      submittedAt: told?.submittedAt ?? this.time,
      startedAt: told?.startedAt,
      committedAt: this.#record?.committedAt,
      endedAt: this.#endedAt,
      inputs: told?.inputs ?? [],
      stages: this.#stats?.stages ?? [],
      state: this.#stats?.state ?? [],
      outputs: this.#outputs.map((output) => knownOutput(output, this.#scope)),
      accumulators: this.#record?.accumulators ?? {},
      costs: this.costs,
      failure: this.#failure && this.#scope.errorView(this.#failure),
    };
  }

  /** An operation that an earlier process owed was not told of before. */
  #progress(output: OutputRecord): OutputProgress {
    const known = this.#outputs.find((candidate) => candidate.output.id === output.id);
    if (known !== undefined) return known;
    const progress = notBegun(output);
    this.#outputs.push(progress);
    return progress;
  }
}

function notBegun(output: OutputRecord): OutputProgress {
  return { output, startedAt: undefined, endedAt: undefined, error: undefined, retries: 0, lastRetry: undefined };
}

function knownOutput(progress: OutputProgress, { errorView }: EntryScope): KnownOutput {
  const { output, startedAt, endedAt, error, retries, lastRetry } = progress;
  const { id, uid, kind } = output;
  return {
    id,
    uid,
    kind,
    startedAt,
    endedAt,
    error: error && errorView(error),
    retries,
    retriedFor: lastRetry?.message,
  };
}
