/**
 * What a program has besides its streams: static data, broadcast variables, accumulators. Fixed for each batch by its plan
 * and manifest, so that all attempts at it, on the driver and on executors, see the same.
 */
import type { PartitionSource } from "./lineage.js";

/** Files of static data, as they were found. */
export interface StaticFiles {
  /** Batch time at which they were looked for, epoch milliseconds. */
  readonly listedAt: number;
  /** `undefined`: nothing was there. */
  readonly sources: readonly PartitionSource[] | undefined;
}

/** A value of a broadcast variable. */
export interface BroadcastRef {
  /** SHA-256 of the encoded value: what it is known by in memory. */
  readonly hash: string;
  /** The object that holds it. */
  readonly object: string;
  /** Hash of the value that the program itself gave, if it gave a value and not a function. */
  readonly initial: string | undefined;
}

export interface SharedData {
  /** By name of the static data. */
  readonly statics: Readonly<Record<string, StaticFiles>>;
  /** By name of the broadcast variable: its value in the batch. */
  readonly broadcasts: Readonly<Record<string, BroadcastRef>>;
  /** By name of the broadcast variable: its value from the next batch on, where that is another. */
  readonly nextBroadcasts: Readonly<Record<string, BroadcastRef>>;
  /** By name of the accumulator: its total. */
  readonly accumulators: Readonly<Record<string, unknown>>;
}

export const NOTHING_SHARED: SharedData = { statics: {}, broadcasts: {}, nextBroadcasts: {}, accumulators: {} };
