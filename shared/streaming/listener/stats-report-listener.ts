import { IllegalArgumentError } from "../../errors/index.js";
import type { BatchInfo, StreamingListener } from "./streaming-listener.js";

const QUANTILES = [0, 5, 10, 25, 50, 75, 90, 95, 100] as const;

/**
 * Prints how the total and processing delays of the last batches are distributed, every so many batches.
 * Source: Spark's StatsReportListener.
 *
 * @example
 * ssc.addStreamingListener(new StatsReportListener(20));
 */
export class StatsReportListener implements StreamingListener {
  readonly #batches: number;
  #print: ((text: string) => void) | undefined;
  #infos: BatchInfo[] = [];

  /**
   * @param batches Number of batches that a report is about. @defaultValue 10
   * @param print Where the report goes. @defaultValue what the context it is added to prints to
   * @throws {IllegalArgumentError} unless `batches` is a whole number of at least 1.
   */
  constructor(batches = 10, print?: (text: string) => void) {
    if (!Number.isInteger(batches) || batches < 1) {
      throw new IllegalArgumentError(`A report is about a whole number of batches, not ${String(batches)}.`);
    }
    this.#batches = batches;
    this.#print = print;
  }

  /** @internal Called by the context that it is added to. */
  printTo(print: (text: string) => void): void {
    this.#print ??= print;
  }

  onBatchCompleted({ batchInfo }: { readonly batchInfo: BatchInfo }): void {
    this.#infos.push(batchInfo);
    if (this.#infos.length < this.#batches) return;
    const infos = this.#infos;
    this.#infos = [];
    this.#print?.(
      [
        ...report("Total delay", infos, ({ totalDelay }) => totalDelay),
        ...report("Processing time", infos, ({ processingDelay }) => processingDelay),
      ].join("\n"),
    );
  }
}

function report(
  title: string,
  infos: readonly BatchInfo[],
  delayOf: (info: BatchInfo) => number | undefined,
): readonly string[] {
  const delays = infos
    .map(delayOf)
    .filter((delay) => delay !== undefined)
    .sort((a, b) => a - b);
  if (delays.length === 0) return [];
  return [
    `${title}: ${summary(delays)}`,
    columns(QUANTILES.map((q) => `${q}%`)),
    columns(QUANTILES.map((q) => quantile(delays, q))),
  ];
}

function summary(delays: readonly number[]): string {
  const n = delays.length;
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / n;
  const variance = delays.reduce((sum, delay) => sum + (delay - mean) ** 2, 0) / n;
  const round = (millis: number): number => Math.round(millis * 10) / 10;
  return `${n} batches, mean ${round(mean)} ms, deviation ${round(Math.sqrt(variance))} ms, ${delays[0]} to ${delays[n - 1]} ms`;
}

/** The nearest rank, so that each number was really measured. */
function quantile(sorted: readonly number[], percent: number): string {
  const index = Math.min(sorted.length - 1, Math.floor((percent / 100) * sorted.length));
  return `${sorted[index]} ms`;
}

function columns(cells: readonly string[]): string {
  return `  ${cells.map((cell) => cell.padStart(9)).join("")}`;
}
