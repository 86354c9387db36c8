import { hashKey } from "../codec/index.js";
import { IllegalArgumentError } from "../errors/index.js";

/** Assigns keys to partitions. */
export interface Partitioner {
  readonly numPartitions: number;
  /** Index of the key's partition, `0 <= index < numPartitions`. */
  partition(key: unknown): number;
  /** True when the other one sends every key to the same partition: a shuffle between the two can be left out. */
  equals(other: Partitioner | undefined): boolean;
}

const HASH_RANGE = 2 ** 32;

/**
 * Number of key groups that keyed state is hashed into: the finest grain at which state moves between partitions.
 * Fixed for ever, because it is part of what checkpoints mean. (Flink's default maximum parallelism is the same.)
 */
export const KEY_GROUPS = 128;

/** The key group of a key, `0 <= group < KEY_GROUPS`. */
export function keyGroupOf(key: unknown): number {
  return Math.floor((hashKey(key) * KEY_GROUPS) / HASH_RANGE);
}

/** First key group of a partition when `numPartitions` partitions share all key groups in order. */
export function firstKeyGroup(partition: number, numPartitions: number): number {
  return Math.ceil((partition * KEY_GROUPS) / numPartitions);
}

/**
 * Sends a key where its hash belongs. Up to {@link KEY_GROUPS} partitions, each partition is a run of key groups, so that
 * a shuffle by key and the state of those keys agree on who owns a key; beyond, the hash range itself is cut.
 */
export class HashPartitioner implements Partitioner {
  readonly numPartitions: number;

  /** @throws {IllegalArgumentError} unless `numPartitions` is a positive integer. */
  constructor(numPartitions: number) {
    this.numPartitions = checkPartitions(numPartitions);
  }

  partition(key: unknown): number {
    const n = this.numPartitions;
    if (n === 1) return 0;
    return n <= KEY_GROUPS
      ? Math.floor((keyGroupOf(key) * n) / KEY_GROUPS)
      : Math.floor((hashKey(key) * n) / HASH_RANGE);
  }

  equals(other: Partitioner | undefined): boolean {
    return other instanceof HashPartitioner && other.numPartitions === this.numPartitions;
  }
}

/** @throws {IllegalArgumentError} unless `n` is a positive integer. */
export function checkPartitions(n: number): number {
  if (!Number.isInteger(n) || n < 1) {
    throw new IllegalArgumentError(`The number of partitions must be a positive integer, not ${n}.`);
  }
  return n;
}
