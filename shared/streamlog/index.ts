/** The arithmetic of a Kinesis stream: hash keys, shards, sequence numbers, iterators. Pure functions over plain data. */
export { checkEntries } from "./entries.js";
export { hashKeyOf } from "./hash-key.js";
export { decodeIterator, encodeIterator, type IteratorPosition, startPosition } from "./iterator.js";
export {
  DEFAULT_RETENTION_MILLIS,
  ITERATOR_LIFETIME_MILLIS,
  MAX_BYTES_PER_READ,
  MAX_PARTITION_KEY_LENGTH,
  MAX_RECORD_BYTES,
  MAX_RECORDS_PER_READ,
} from "./limits.js";
export { ReadBudget } from "./read-budget.js";
export { type ReadOutcome, toReply } from "./reply.js";
export { shardRouter } from "./router.js";
export { compareSequenceNumbers } from "./sequence-numbers.js";
export {
  boundsOf,
  initialShards,
  mergeShards,
  retainedShards,
  type ShardRange,
  splitShard,
  toShard,
} from "./shards.js";
