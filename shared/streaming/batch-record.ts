/**
 * What is told of a batch: the one record that listeners, the console, metrics and the terminal are fed from. Together
 * with what the manifest keeps of it ({@link BatchStats}).
 */
import type { BatchStats, InputRecord } from "../checkpoint/index.js";

/** An output operation in a batch. */
export interface OutputRecord {
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  /** Position among the application's output operations, in definition order. */
  readonly id: number;
  readonly uid: string;
  readonly kind: string;
}

/** A batch whose records are known and that now runs. */
export interface StartedBatch {
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  readonly inputs: readonly InputRecord[];
  /** What it will put out, in definition order; nothing when no output operation has an RDD at this time. */
  readonly outputs: readonly OutputRecord[];
  /** When the batch was due; epoch milliseconds. */
  readonly submittedAt: number;
  /** When the driver began with it; epoch milliseconds. */
  readonly startedAt: number;
}

/** A batch that was committed, or with `error` passed over. */
export interface BatchRecord extends BatchStats {
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  /** Records read from all inputs. */
  readonly records: number;
  /** When it was committed; its outputs run after that. */
  readonly committedAt: number;
  readonly tasks: number;
  readonly shuffleBytes: number;
  /** Keys with state, over all stateful operators. */
  readonly stateKeys: number;
  /** By name: totals of accumulators after the batch. */
  readonly accumulators: Readonly<Record<string, unknown>>;
  readonly error: Error | undefined;
}
