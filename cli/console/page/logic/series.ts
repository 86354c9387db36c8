/** What is drawn over time: values of batches, and before them of the minutes that older batches were put together to. */
import type { BatchSummary, MinuteView } from "../../../../shared/monitor/view.js";

export interface Measure {
  readonly name: string;
  readonly about: string;
  readonly unit: "rate" | "millis";
  /** True when the interval is the most it should be. */
  readonly limit: boolean;
  readonly of: (batch: BatchSummary) => number | undefined;
  /** The mean of a minute's batches. */
  readonly ofMinute: (minute: MinuteView, batchDuration: number) => number;
}

export const MEASURES: readonly Measure[] = [
  {
    name: "Input rate",
    about: "records a second",
    unit: "rate",
    limit: false,
    of: ({ inputRate }) => inputRate,
    ofMinute: ({ records, batches }, batchDuration) => (records * 1000) / Math.max(1, batches * batchDuration),
  },
  {
    name: "Scheduling delay",
    about: "from due to begun",
    unit: "millis",
    limit: false,
    of: ({ schedulingDelay }) => schedulingDelay,
    ofMinute: ({ schedulingDelay, batches }) => schedulingDelay / Math.max(1, batches),
  },
  {
    name: "Processing time",
    about: "from begun to the end of the last output",
    unit: "millis",
    limit: true,
    of: ({ processingTime }) => processingTime,
    ofMinute: ({ processingTime, batches }) => processingTime / Math.max(1, batches),
  },
  {
    name: "Total delay",
    about: "both together",
    unit: "millis",
    limit: false,
    of: ({ totalDelay }) => totalDelay,
    ofMinute: ({ totalDelay, batches }) => totalDelay / Math.max(1, batches),
  },
];

export interface Range {
  readonly name: string;
  readonly batches: number;
}

export const RANGES = [
  { name: "Last 60 batches", batches: 60 },
  { name: "Last 300", batches: 300 },
  { name: "Last 1,000", batches: 1000 },
  { name: "All", batches: Number.POSITIVE_INFINITY },
] as const satisfies readonly Range[];

export interface Series {
  /** Epoch milliseconds, ascending. */
  readonly times: readonly number[];
  readonly values: readonly (number | undefined)[];
  /** The value where a batch failed, else `null`. */
  readonly failed: readonly (number | null)[];
}

/** @param batches that are over, oldest first. @param minutes before them. */
export function seriesOf(
  measure: Measure,
  batches: readonly BatchSummary[],
  minutes: readonly MinuteView[],
  batchDuration: number,
): Series {
  const first = batches[0]?.time ?? Infinity;
  // The last minute may have begun before the first batch that is kept by itself: its time is then too late.
  const before = minutes.filter(({ from }) => from < first);
  return {
    times: [...before.map(({ from }) => from), ...batches.map(({ time }) => time)],
    values: [...before.map((minute) => measure.ofMinute(minute, batchDuration)), ...batches.map(measure.of)],
    failed: [
      ...before.map(() => null),
      ...batches.map((batch) => (batch.status === "failed" ? (measure.of(batch) ?? 0) : null)),
    ],
  };
}
