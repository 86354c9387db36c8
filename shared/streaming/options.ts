import { IllegalArgumentError } from "../errors/index.js";
import { Duration } from "../time/index.js";

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
  /** @defaultValue `"coalesce"` */
  readonly catchUp?: CatchUp;
  /** Number of partitions of shuffles where the program does not say. @defaultValue the number of executors */
  readonly defaultPartitions?: number;
  /** How many committed batches stay readable, with their blocks and state. @defaultValue 100 */
  readonly retainBatches?: number;
  /** Most records read from one shard in one batch. @defaultValue 1,000,000 */
  readonly maxRecordsPerShard?: number;
  /** How long a graceful stop may take. @defaultValue ten batches, at least 10 s */
  readonly gracefulStopTimeout?: Duration;
}

export interface ResolvedOptions {
  readonly batchDuration: number;
  readonly onBatchFailure: OnBatchFailure;
  readonly catchUp: CatchUp;
  readonly defaultPartitions: number | undefined;
  readonly retainBatches: number;
  readonly maxRecordsPerShard: number;
  readonly gracefulStopTimeout: number;
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
  "gracefulStopTimeout",
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
    catchUp: oneOf("catchUp", options.catchUp ?? "coalesce", ["coalesce", "replay"]),
    defaultPartitions:
      options.defaultPartitions === undefined ? undefined : atLeast("defaultPartitions", options.defaultPartitions, 1),
    retainBatches: atLeast("retainBatches", options.retainBatches ?? DEFAULT_RETAIN_BATCHES, MIN_RETAIN_BATCHES),
    maxRecordsPerShard: atLeast("maxRecordsPerShard", options.maxRecordsPerShard ?? DEFAULT_MAX_RECORDS_PER_SHARD, 1),
    gracefulStopTimeout:
      options.gracefulStopTimeout?.milliseconds ?? Math.max(10 * batchDuration, MIN_GRACEFUL_STOP_MILLIS),
  };
}

/** @throws {IllegalArgumentError} naming the first option that is not known, and the known one it looks like. */
export function rejectUnknown(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const like = nearest(name, known);
    throw new IllegalArgumentError(
      `${where} has no option "${name}"${like === undefined ? "" : `: did you mean "${like}"?`} It has: ${known.join(", ")}.`,
    );
  }
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new IllegalArgumentError(`${name} must be one of ${allowed.join(", ")}, not ${String(value)}.`);
}

function atLeast(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new IllegalArgumentError(`${name} must be a whole number of at least ${least}, not ${String(value)}.`);
}

const MAX_TYPO_DISTANCE = 3;

function nearest(name: string, known: readonly string[]): string | undefined {
  const byDistance = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = byDistance[0];
  return best !== undefined && best.distance <= MAX_TYPO_DISTANCE ? best.candidate : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
