import type { Shard } from "../ports/index.js";

/** The shards in their order, but each after its parents, whatever their order was. */
export function parentsFirst(shards: readonly Shard[]): readonly Shard[] {
  const waiting = new Map(shards.map((shard) => [shard.shardId, shard]));
  const sorted: Shard[] = [];
  const take = (shard: Shard): void => {
    if (!waiting.delete(shard.shardId)) return;
    for (const parent of shard.parentShardIds) {
      const found = waiting.get(parent);
      if (found !== undefined) take(found);
    }
    sorted.push(shard);
  };
  for (const shard of shards) take(shard);
  return sorted;
}
