import type { GetRecordsResult, StreamRecord } from "../ports/index.js";
import { encodeIterator, type IteratorPosition } from "./iterator.js";
import { type ShardRange, toShard } from "./shards.js";

/** What a read found, before it becomes a reply. */
export interface ReadOutcome {
  readonly records: readonly StreamRecord[];
  /** Arrival time of the first record that did not fit, `undefined` when the tip was reached. */
  readonly nextArrival: number | undefined;
}

/** The reply to a read of `shard`, one of `shards`, from `position`. */
export function toReply(
  read: ReadOutcome,
  position: IteratorPosition,
  shard: ShardRange,
  shards: readonly ShardRange[],
  now: number,
): GetRecordsResult {
  const { records, nextArrival } = read;
  // Zero means caught up and nothing else, so a record of this very millisecond is one millisecond behind.
  const millisBehindLatest = nextArrival === undefined ? 0 : Math.max(1, now - nextArrival);
  if (nextArrival === undefined && shard.closedAt !== undefined) {
    const childShards = shards.filter(({ parentShardIds }) => parentShardIds.includes(shard.shardId)).map(toShard);
    return { records, nextIterator: undefined, millisBehindLatest, childShards };
  }
  const last = records.at(-1);
  const { from, ...place } = position;
  const next: IteratorPosition =
    last === undefined ? { ...position, issued: now } : { ...place, after: last.sequenceNumber, issued: now };
  return { records, nextIterator: encodeIterator(next), millisBehindLatest, childShards: [] };
}
