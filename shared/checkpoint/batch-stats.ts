/**
 * What is known of how a batch ran; stored with its manifest. Plain data of the value codec and of JSON, so that it can also
 * be sent to a page.
 */

/** Version of the record's layout. */
export const BATCH_RECORD_VERSION = 1;

/** What a batch read of a shard. */
export interface ShardRecord {
  readonly shard: string;
  readonly records: number;
  readonly bytes: number;
  /** Sequence number of the last record read so far; `undefined` before the first, and at the end of a closed shard. */
  readonly position: string | undefined;
  /** True when the shard is closed and has been read to its end. */
  readonly ended: boolean;
  /** How far behind the tip of the shard reading is, milliseconds. */
  readonly lagMillis: number;
  /** How its block came to be read. */
  readonly attempts: readonly AttemptRecord[];
}

/** What an input brought to a batch. */
export interface InputRecord {
  /** Position among the application's inputs, in definition order. */
  readonly id: number;
  readonly uid: string;
  readonly type: "stream" | "files" | "queue";
  /** Number of records; 0 for files, whose lines are counted nowhere. */
  readonly records: number;
  /** Encoded size. */
  readonly bytes: number;
  /** Files that were read. */
  readonly files: readonly string[];
  /** Of streams. */
  readonly shards: readonly ShardRecord[];
}

/** One try at one call of an executor. */
export interface AttemptRecord {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly millis: number;
  /** True when it was started beside one that took long. */
  readonly hedge: boolean;
  /** `abandoned`: another attempt was faster, so this one's result was not used. */
  readonly outcome: "done" | "failed" | "lost" | "throttled" | "abandoned";
  /** Which executor: `any`, `in-place`, or `slot 3`. */
  readonly executor: string;
  readonly error: string | undefined;
}

/** Tasks that were sent to an executor together. */
export interface CallRecord {
  /** Positions among the stage's tasks. */
  readonly tasks: readonly number[];
  readonly attempts: readonly AttemptRecord[];
}

/** A stage of a batch. */
export interface StageRecord {
  readonly id: number;
  /** Stages of one depth run at a time, after those of the depth before. */
  readonly depth: number;
  /** Uids of the operators whose work it does, in order. */
  readonly operators: readonly string[];
  readonly tasks: number;
  /** Empty for a stage that ran inside the call of another: see {@link collapsedInto}. */
  readonly calls: readonly CallRecord[];
  /** Small batches run in one call: the stage whose call did this one's work too. */
  readonly collapsedInto: number | undefined;
  readonly shuffleBytes: number;
}

/** State of an operator after a batch. */
export interface StateRecord {
  readonly uid: string;
  readonly partitions: number;
  readonly keys: number;
  /** Of its stored form. */
  readonly bytes: number;
  /** Bytes that this batch stored. */
  readonly written: number;
  /** Keys that this batch gave another state, or removed. */
  readonly changed: number;
  /** Those of them that it removed because their time was up. */
  readonly timedOut: number;
}

/** What is stored of a batch with its manifest. */
export interface BatchStats {
  readonly version: typeof BATCH_RECORD_VERSION;
  /** When the batch was due; epoch milliseconds. */
  readonly submittedAt: number;
  /** When the driver began with it. */
  readonly startedAt: number;
  readonly inputs: readonly InputRecord[];
  readonly stages: readonly StageRecord[];
  readonly state: readonly StateRecord[];
}

/** Most shards of an input that a manifest tells about; those that lag most. */
const MAX_STORED_SHARDS = 200;

/** The part of it that is stored: streams may have thousands of shards. */
export function storedStats(stats: BatchStats): BatchStats {
  const inputs = stats.inputs.map((input) =>
    input.shards.length <= MAX_STORED_SHARDS
      ? input
      : { ...input, shards: [...input.shards].sort((a, b) => b.lagMillis - a.lagMillis).slice(0, MAX_STORED_SHARDS) },
  );
  return { ...stats, inputs };
}
