import { type BatchStats, jobName } from "../checkpoint/index.js";
import type { BatchListener, BatchRecord, OutputRecord, StartedBatch } from "../streaming/index.js";
import { BatchEntry, type EntryScope } from "./batch-entry.js";
import { batchTrace } from "./batch-trace.js";
import { errorView } from "./error-view.js";
import { type BatchScope, batchView } from "./known-batch.js";

export interface BatchTracesOptions {
  readonly appName: string;
  readonly codeVersion: string;
  /** Milliseconds. */
  readonly batchDuration: number;
  /** Takes a trace that is ready, as OTLP/HTTP JSON. Must neither throw nor wait. */
  readonly send: (trace: object) => void;
}

/**
 * Listens to a driver and makes a trace of each batch when it has ended, its outputs included.
 *
 * @example
 * const traces = new BatchTraces({ appName: "word-count", codeVersion: "1", batchDuration: 1000, send: console.log });
 * // ... as the listener of a driver
 */
export class BatchTraces implements BatchListener {
  readonly #options: BatchTracesOptions;
  readonly #scope: BatchScope & EntryScope;
  /** Batches that have not ended, by time. */
  readonly #open = new Map<number, BatchEntry>();

  constructor(options: BatchTracesOptions) {
    this.#options = options;
    this.#scope = {
      batchDuration: options.batchDuration,
      job: jobName(options.appName),
      replayCommand: undefined,
      errorView: (error) => errorView(error),
    };
  }

  /** What a driver before this one did not end will never be ended. */
  onStarted(): void {
    this.#open.clear();
  }

  onBatchStarted(batch: StartedBatch): void {
    this.#open.set(batch.time, new BatchEntry(batch.time, this.#scope, batch));
  }

  onBatchCommitted(record: BatchRecord): void {
    const entry = this.#entry(record.time);
    entry.committed(record, undefined);
    if (record.error !== undefined) this.#end(entry);
  }

  onBatchFailed(time: number, at: number, error: Error, stats: BatchStats): void {
    const entry = this.#entry(time);
    entry.halted(at, error, stats, undefined);
    this.#end(entry);
  }

  onOutputStarted(output: OutputRecord, at: number): void {
    this.#open.get(output.time)?.outputStarted(output, at);
  }

  onOutputRetried(output: OutputRecord, _at: number, error: Error): void {
    this.#open.get(output.time)?.outputRetried(output, error);
  }

  onOutputCompleted(output: OutputRecord, at: number, error: Error | undefined): void {
    this.#open.get(output.time)?.outputCompleted(output, at, error);
  }

  onOutputsCompleted(time: number, at: number): void {
    const entry = this.#open.get(time);
    entry?.completed(at);
    if (entry !== undefined) this.#end(entry);
  }

  onOutputsFailed(time: number, at: number, error: Error): void {
    const entry = this.#open.get(time);
    entry?.failed(at, error);
    if (entry !== undefined) this.#end(entry);
  }

  /** One that failed while its lineage was built was never said to have begun. */
  #entry(time: number): BatchEntry {
    const entry = this.#open.get(time) ?? new BatchEntry(time, this.#scope);
    this.#open.set(time, entry);
    return entry;
  }

  #end(entry: BatchEntry): void {
    this.#open.delete(entry.time);
    const { appName, codeVersion, send } = this.#options;
    send(batchTrace(batchView(entry.known, this.#scope), { appName, codeVersion, job: this.#scope.job }));
  }
}
