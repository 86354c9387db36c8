import { storedStats } from "../checkpoint/index.js";
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
  #usage: RequestUsage | undefined;
  #failure: Error | undefined;
  #endedAt: number | undefined;
  #costs: CostView | undefined;
  #seen: { readonly revision: number; readonly summary: BatchSummary } | undefined;

  constructor(time: number, scope: EntryScope, started?: StartedBatch) {
    this.time = time;
    this.#scope = scope;
    this.#started = started;
    this.#outputs = (started?.outputs ?? []).map((output) => ({
      output,
      startedAt: undefined,
      endedAt: undefined,
      error: undefined,
    }));
  }

  /** @param usage requests to services while it ran; without it they are estimated. */
  committed(record: BatchRecord, usage: RequestUsage | undefined): void {
    this.#usage = usage;
    const { inputs, stages, state } = storedStats(record);
    this.#record = { ...record, inputs, stages, state };
    if (record.error !== undefined) this.failed(record.committedAt, record.error);
  }

  failed(at: number, error: Error): void {
    this.#failure = error;
    this.#endedAt = at;
  }

  outputStarted(output: OutputRecord, at: number): void {
    this.#progress(output).startedAt = at;
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

  /** Known once it is committed. */
  get costs(): CostView | undefined {
    this.#costs ??= this.#record && costsOf(this.#record, this.#scope.batchDuration, this.#usage);
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
    const told = this.#record ?? this.#started;
    return {
      time: this.time,
      status: this.status,
      submittedAt: told?.submittedAt ?? this.time,
      startedAt: told?.startedAt,
      committedAt: this.#record?.committedAt,
      endedAt: this.#endedAt,
      inputs: told?.inputs ?? [],
      stages: this.#record?.stages ?? [],
      state: this.#record?.state ?? [],
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
    const progress = { output, startedAt: undefined, endedAt: undefined, error: undefined };
    this.#outputs.push(progress);
    return progress;
  }
}

function knownOutput({ output, startedAt, endedAt, error }: OutputProgress, { errorView }: EntryScope): KnownOutput {
  const { id, uid, kind } = output;
  return { id, uid, kind, startedAt, endedAt, error: error && errorView(error) };
}
