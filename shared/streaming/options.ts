import { IllegalArgumentError } from "../errors/index.js";
import { Duration } from "../time/index.js";
import { type BackpressureOptions, type ResolvedBackpressure, resolveBackpressure } from "./backpressure.js";
import { rejectUnknown } from "./reject-unknown.js";

/** What happens when user code fails a batch for good (three equal failures of one task). */
export type OnBatchFailure =
  /** The application stops before the batch; mended, it goes on from there. Nothing is lost. */
  | "halt"
  /** Spark's way: the batch's records are passed over, its state changes dropped, the error reported; later batches run. */
  | "skip";

/** What happens with ticks that are already past when the driver gets to them. */
export type CatchUp =
  /** One batch for all of them, at the newest. */
  | "coalesce"
  /** One batch each. */
  | "replay";

/** Options of an application. */
export interface AppOptions {
  /** The interval of the batches. */
  readonly batchDuration: Duration;
  /** @defaultValue `"halt"` */
  readonly onBatchFailure?: OnBatchFailure;
  /** @defaultValue `"coalesce"`; `"replay"` for programs with windows or `mapWithState` */
  readonly catchUp?: CatchUp;
  /** Number of partitions of shuffles where the program does not say. @defaultValue the number of executors */
  readonly defaultPartitions?: number;
  /** How many committed batches stay readable, with their blocks and state. @defaultValue 100 */
  readonly retainBatches?: number;
  /** Most records read from one shard in one batch. @defaultValue 1,000,000 */
  readonly maxRecordsPerShard?: number;
  /** Most records per second of one shard, from the first batch on. @defaultValue no limit */
  readonly maxRatePerShard?: number;
  /** Takes no more records than can be processed. @defaultValue not enabled */
  readonly backpressure?: BackpressureOptions;
  /** How long a graceful stop may take. @defaultValue ten batches, at least 10 s */
  readonly gracefulStopTimeout?: Duration;
  /**
   * On AWS: after so long without a record the application sleeps until the next tick of its schedule (a minute) finds some.
   * It never sleeps while an input lags, a window holds elements, state can time out, or the last batch changed state.
   * No batches are made while it sleeps, so outputs see no empty ones. @defaultValue it never sleeps
   */
  readonly idleTimeout?: Duration;
}

export interface ResolvedOptions {
  readonly batchDuration: number;
  readonly onBatchFailure: OnBatchFailure;
  /** `undefined`: as the program's graph needs it. */
  readonly catchUp: CatchUp | undefined;
  readonly defaultPartitions: number | undefined;
  readonly retainBatches: number;
  readonly maxRecordsPerShard: number;
  readonly maxRatePerShard: number | undefined;
  readonly backpressure: ResolvedBackpressure | undefined;
  readonly gracefulStopTimeout: number;
  /** Milliseconds; `undefined`: never idle. */
  readonly idleTimeout: number | undefined;
}

/** At least this many committed batches stay readable: the newest and the one it came from. */
export const MIN_RETAIN_BATCHES = 2;
const DEFAULT_RETAIN_BATCHES = 100;
const DEFAULT_MAX_RECORDS_PER_SHARD = 1_000_000;
const MIN_GRACEFUL_STOP_MILLIS = 10_000;

const KNOWN = [
  "batchDuration",
  "onBatchFailure",
  "catchUp",
  "defaultPartitions",
  "retainBatches",
  "maxRecordsPerShard",
  "maxRatePerShard",
  "backpressure",
  "gracefulStopTimeout",
  "idleTimeout",
] as const satisfies readonly (keyof AppOptions)[];

/** @throws {IllegalArgumentError} for unknown names and impossible values, naming them. */
export function resolveOptions(options: AppOptions): ResolvedOptions {
  rejectUnknown("streamingApp", options, KNOWN);
  if (!(options.batchDuration instanceof Duration) || options.batchDuration.milliseconds <= 0) {
    throw new IllegalArgumentError(
      `batchDuration must be a positive duration such as seconds(1), not ${String(options.batchDuration)}.`,
    );
  }
  const batchDuration = options.batchDuration.milliseconds;
  return {
    batchDuration,
    onBatchFailure: oneOf("onBatchFailure", options.onBatchFailure ?? "halt", ["halt", "skip"]),
    catchUp:
      options.catchUp === undefined ? undefined : oneOf<CatchUp>("catchUp", options.catchUp, ["coalesce", "replay"]),
    defaultPartitions:
      options.defaultPartitions === undefined ? undefined : atLeast("defaultPartitions", options.defaultPartitions, 1),
    retainBatches: atLeast("retainBatches", options.retainBatches ?? DEFAULT_RETAIN_BATCHES, MIN_RETAIN_BATCHES),
    maxRecordsPerShard: atLeast("maxRecordsPerShard", options.maxRecordsPerShard ?? DEFAULT_MAX_RECORDS_PER_SHARD, 1),
    maxRatePerShard:
      options.maxRatePerShard === undefined ? undefined : rate("maxRatePerShard", options.maxRatePerShard),
    backpressure: resolveBackpressure(options.backpressure),
    gracefulStopTimeout:
      options.gracefulStopTimeout?.milliseconds ?? Math.max(10 * batchDuration, MIN_GRACEFUL_STOP_MILLIS),
    idleTimeout: options.idleTimeout?.milliseconds,
  };
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new IllegalArgumentError(`${name} must be one of ${allowed.join(", ")}, not ${String(value)}.`);
}

function atLeast(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new IllegalArgumentError(`${name} must be a whole number of at least ${least}, not ${String(value)}.`);
}

function rate(name: string, value: number): number {
  if (value > 0) return value;
  throw new IllegalArgumentError(`${name} must be above 0 records a second, not ${String(value)}.`);
}
