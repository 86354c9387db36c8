import type { Shard as KinesisShard } from "@aws-sdk/client-kinesis";

/** First and last hash key of a shard. */
export type HashRange = readonly [bigint, bigint];

/** The hash keys that shards own. They never change, so a stream is listed once, and again for a shard that was not there. */
export class ShardRanges {
  readonly #list: (stream: string) => Promise<readonly KinesisShard[]>;
  readonly #ranges = new Map<string, HashRange>();

  constructor(list: (stream: string) => Promise<readonly KinesisShard[]>) {
    this.#list = list;
  }

  /** `undefined` for a shard that is listed no more. */
  async of(stream: string, shardId: string): Promise<HashRange | undefined> {
    const known = this.#ranges.get(keyOf(stream, shardId));
    if (known !== undefined) return known;
    for (const { ShardId = "", HashKeyRange: range } of await this.#list(stream)) {
      if (range?.StartingHashKey === undefined || range.EndingHashKey === undefined) continue;
      this.#ranges.set(keyOf(stream, ShardId), [BigInt(range.StartingHashKey), BigInt(range.EndingHashKey)]);
    }
    return this.#ranges.get(keyOf(stream, shardId));
  }

  /** The shard will not be asked for again. */
  forget(stream: string, shardId: string): void {
    this.#ranges.delete(keyOf(stream, shardId));
  }
}

function keyOf(stream: string, shardId: string): string {
  return `${stream}/${shardId}`;
}
