/** A shard of a stream. */
export interface Shard {
  readonly shardId: string;
  /** Shards this one came from by a split (one) or merge (two); they are to be read to their end first. */
  readonly parentShardIds: readonly string[];
  /** True when no record can be added any more. */
  readonly closed: boolean;
}

/** Where reading of a shard starts. */
export type ShardStart =
  | { readonly type: "trim-horizon" }
  | { readonly type: "after-sequence-number"; readonly sequenceNumber: string }
  | { readonly type: "at-timestamp"; readonly timestamp: number };

/** A record as it lies in a shard. */
export interface StreamRecord {
  /** Decimal digits; grows along the shard. Compare as numbers, not as strings. */
  readonly sequenceNumber: string;
  /** Arrival time in epoch milliseconds. Nearly, not strictly, monotonic along the shard. */
  readonly arrivalTime: number;
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

export interface GetRecordsResult {
  readonly records: readonly StreamRecord[];
  /** Iterator for the next call; `undefined` when the shard is closed and has been read to its end. */
  readonly nextIterator: string | undefined;
  /** How far this reply is behind the tip of the shard; 0 when it has caught up. */
  readonly millisBehindLatest: number;
  /** Set with the last reply of a closed shard: the shards to go on with. */
  readonly childShards: readonly Shard[];
}

/** A record to be put. The partition key decides the shard (MD5 into the shards' hash ranges, as Kinesis does). */
export interface PutEntry {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** For each entry, in order: where it went, or why it was refused (to be tried again). */
export type PutResult =
  | { readonly shardId: string; readonly sequenceNumber: string }
  | { readonly errorCode: string; readonly errorMessage: string };

export interface StreamDescription {
  /** Identity of this very stream: a stream deleted and made again under the same name has another one. */
  readonly id: string;
  readonly retentionMillis: number;
}

/** A replayable, sharded log of records. On AWS this is a Kinesis data stream. */
export interface StreamSource {
  /** `undefined` when there is no such stream. */
  describe(stream: string): Promise<StreamDescription | undefined>;
  /** Creates the stream with `shards` shards unless it exists. */
  create(stream: string, shards: number): Promise<void>;
  /** All shards that still hold or can still get records, parents before children. */
  listShards(stream: string): Promise<readonly Shard[]>;
  /** An iterator, valid for five minutes. */
  getIterator(stream: string, shardId: string, start: ShardStart): Promise<string>;
  /**
   * The next records, at most `limit` (10,000 and 10 MB at most). May be empty without being at the tip.
   * @throws {ExpiredIteratorError} when the iterator is older than five minutes: get another one.
   */
  getRecords(iterator: string, limit: number): Promise<GetRecordsResult>;
  /** Appends records; resolves when those reported without error are durable. Order among entries of one shard is kept. */
  putRecords(stream: string, entries: readonly PutEntry[]): Promise<readonly PutResult[]>;
}
