import { IllegalArgumentError } from "../errors/index.js";
import type { ShardStart } from "../ports/index.js";

/** What our iterators carry beside Kinesis' own: whose they are, and the place they stand for. */
export interface ShardIterator {
  readonly stream: string;
  readonly shardId: string;
  /** A start that leads to the same records as the iterator. */
  readonly start: ShardStart;
  readonly iterator: string;
}

/** The iterator as an opaque string. */
export function packIterator(iterator: ShardIterator): string {
  return JSON.stringify(iterator);
}

/** @throws {IllegalArgumentError} when the string never was an iterator. */
export function unpackIterator(packed: string): ShardIterator {
  try {
    const iterator = JSON.parse(packed) as ShardIterator;
    if (typeof iterator.shardId === "string" && typeof iterator.iterator === "string") return iterator;
  } catch {
    // Falls through to the one error for everything that is no iterator.
  }
  throw new IllegalArgumentError("The shard iterator is damaged: use one that getIterator or getRecords returned.");
}

/** True when both lead to the same records. */
export function sameStart(left: ShardStart, right: ShardStart): boolean {
  if (left.type === "after-sequence-number" && right.type === "after-sequence-number") {
    return left.sequenceNumber === right.sequenceNumber;
  }
  if (left.type === "at-timestamp" && right.type === "at-timestamp") return left.timestamp === right.timestamp;
  return left.type === right.type;
}
