/**
 * The partition key of each record a receiver stores, one after the other. With one shard it is always the same, so that
 * the receiver's records stay in order even when the shard is split; with several, ever new keys spread them evenly.
 */
export function partitionKeys(streamId: number, shards: number): () => string {
  const key = `receiver-${streamId}`;
  if (shards <= 1) return () => key;
  let next = 0;
  return () => `${key}-${next++}`;
}
