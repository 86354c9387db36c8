import { IllegalArgumentError } from "../errors/index.js";

const LEVELS = [
  "NONE",
  "DISK_ONLY",
  "DISK_ONLY_2",
  "DISK_ONLY_3",
  "MEMORY_ONLY",
  "MEMORY_ONLY_2",
  "MEMORY_ONLY_SER",
  "MEMORY_ONLY_SER_2",
  "MEMORY_AND_DISK",
  "MEMORY_AND_DISK_2",
  "MEMORY_AND_DISK_SER",
  "MEMORY_AND_DISK_SER_2",
  "OFF_HEAP",
] as const;

/** A storage level of Spark's, see {@link StorageLevel}. */
export type StorageLevel = (typeof LEVELS)[number];

/**
 * Spark's storage levels. All but `NONE` mean the same here, and more than any of them does in Spark: what is kept is
 * encoded, durable, and out of the executors' memory. Where it lies is up to the master: in the checkpoint directory, or in
 * the bucket. `NONE` keeps nothing. There are no copies to be chosen either: storage replicates by itself, or does not.
 */
export const StorageLevel = Object.freeze(Object.fromEntries(LEVELS.map((level) => [level, level]))) as {
  readonly [L in StorageLevel]: L;
};

/** @throws {IllegalArgumentError} for a level that does not exist. */
export function checkStorageLevel(level: StorageLevel): StorageLevel {
  if (LEVELS.includes(level)) return level;
  throw new IllegalArgumentError(`${String(level)} is not a storage level: use one of StorageLevel.`);
}
