import { hashKey } from "../codec/index.js";
import { IllegalArgumentError, UserCodeError } from "../errors/index.js";
import { preview } from "./task-info.js";

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
  return keyGroupOfHash(hashKey(key));
}

function keyGroupOfHash(hash: number): number {
  return Math.floor((hash * KEY_GROUPS) / HASH_RANGE);
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
    const hash = hashKey(key);
    return n <= KEY_GROUPS ? Math.floor((keyGroupOfHash(hash) * n) / KEY_GROUPS) : Math.floor((hash * n) / HASH_RANGE);
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

/** Keys are the numbers of their partitions: how the engine itself sends elements where they have to go. */
export class IndexPartitioner implements Partitioner {
  readonly numPartitions: number;

  constructor(numPartitions: number) {
    this.numPartitions = checkPartitions(numPartitions);
  }

  partition(key: unknown): number {
    return key as number;
  }

  equals(other: Partitioner | undefined): boolean {
    return other instanceof IndexPartitioner && other.numPartitions === this.numPartitions;
  }
}

/** A partitioner of the program's own, whose answers are checked: elements for a partition that does not exist would be lost. */
class CheckedPartitioner implements Partitioner {
  readonly numPartitions: number;
  readonly #partitioner: Partitioner;

  constructor(partitioner: Partitioner) {
    this.numPartitions = checkPartitions(partitioner.numPartitions);
    this.#partitioner = partitioner;
  }

  partition(key: unknown): number {
    let partition: number;
    try {
      partition = this.#partitioner.partition(key);
    } catch (cause) {
      throw new UserCodeError(`The partitioner failed on the key ${preview(key)}: ${String(cause)}`, {}, cause);
    }
    if (Number.isInteger(partition) && partition >= 0 && partition < this.numPartitions) return partition;
    throw new IllegalArgumentError(
      `The partitioner gave partition ${String(partition)} for the key ${preview(key)}, but there are ${this.numPartitions}: it must return a whole number from 0 to ${this.numPartitions - 1}.`,
      { partition: String(partition), numPartitions: this.numPartitions },
    );
  }

  equals(other: Partitioner | undefined): boolean {
    return other instanceof CheckedPartitioner && this.#partitioner.equals(other.#partitioner);
  }
}

/** The partitioner itself if it is one of ours, else with its answers checked. */
export function checkedPartitioner(partitioner: Partitioner): Partitioner {
  const ours = [HashPartitioner, IndexPartitioner, CheckedPartitioner].some((kind) => partitioner instanceof kind);
  return ours ? partitioner : new CheckedPartitioner(partitioner);
}
