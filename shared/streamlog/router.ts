import { hashKeyHead, hashKeyOf, headOf } from "./hash-key.js";
import { boundsOf, type ShardRange } from "./shards.js";

/**
 * A function from partition key to the open shard that owns it. Make a new one after every split and merge.
 *
 * The first 48 bits of the hash decide unless they equal those of a boundary, one time in 2^48.
 */
export function shardRouter(shards: readonly ShardRange[]): (partitionKey: string) => ShardRange {
  const open = shards
    .filter(({ closedAt }) => closedAt === undefined)
    .map((shard) => ({ shard, start: boundsOf(shard)[0], head: headOf(boundsOf(shard)[0]) }))
    .sort((left, right) => (left.start < right.start ? -1 : 1));
  const first = open[0];
  if (first === undefined) throw new RangeError("a stream always has an open shard");
  if (open.length === 1) return () => first.shard;
  return (partitionKey) => {
    const head = hashKeyHead(partitionKey);
    let low = 0;
    let high = open.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      // biome-ignore lint/style/noNonNullAssertion: 0 < middle < open.length
      const candidate = open[middle]!;
      const owns = head === candidate.head ? hashKeyOf(partitionKey) >= candidate.start : head > candidate.head;
      if (owns) low = middle;
      else high = middle - 1;
    }
    return (open[low] ?? first).shard;
  };
}
