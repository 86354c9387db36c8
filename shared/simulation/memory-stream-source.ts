import { IllegalArgumentError, StreamNotFoundError } from "../errors/index.js";
import type {
  Clock,
  GetRecordsResult,
  PutEntry,
  PutResult,
  Shard,
  ShardStart,
  StreamDescription,
  StreamRecord,
  StreamSource,
} from "../ports/index.js";
import {
  checkEntries,
  compareSequenceNumbers,
  DEFAULT_RETENTION_MILLIS,
  decodeIterator,
  encodeIterator,
  initialShards,
  mergeShards,
  ReadBudget,
  type ReadOutcome,
  retainedShards,
  type ShardRange,
  shardRouter,
  splitShard,
  startPosition,
  toReply,
  toShard,
} from "../streamlog/index.js";

/** A stream's shards, and how to find one. */
interface Layout {
  readonly shards: readonly ShardRange[];
  readonly byId: ReadonlyMap<string, ShardRange>;
  route(partitionKey: string): ShardRange;
}

interface MemoryStream {
  readonly id: string;
  layout: Layout;
  readonly records: Map<string, StreamRecord[]>;
  nextSequenceNumber: bigint;
  /** Nothing in it is older, epoch milliseconds: until that has had its time there is nothing to forget. */
  oldest: number;
}

/**
 * Kinesis in memory: hash ranges, sequence numbers, arrival times, iterators that expire, splits, merges and retention.
 *
 * Sequence numbers start near 10^20 and soon get a digit more, so that code which compares them as strings, or takes
 * them for JavaScript numbers, fails here and not in production.
 */
export class MemoryStreamSource implements StreamSource {
  private readonly streams = new Map<string, MemoryStream>();
  private created = 0;
  private readonly retentionMillis: number;

  constructor(
    private readonly clock: Clock,
    options: { readonly retentionMillis?: number } = {},
  ) {
    this.retentionMillis = options.retentionMillis ?? DEFAULT_RETENTION_MILLIS;
  }

  async describe(stream: string): Promise<StreamDescription | undefined> {
    const found = this.streams.get(stream);
    return found && { id: found.id, retentionMillis: this.retentionMillis };
  }

  async create(stream: string, shards: number): Promise<void> {
    if (this.streams.has(stream)) return;
    this.created += 1;
    this.streams.set(stream, {
      id: `${stream}:${this.created}`,
      layout: layoutOf(initialShards(shards)),
      records: new Map(),
      nextSequenceNumber: 99_999_999_999_999_999_990n,
      oldest: Number.POSITIVE_INFINITY,
    });
  }

  async listShards(stream: string): Promise<readonly Shard[]> {
    return this.current(stream).layout.shards.map(toShard);
  }

  async getIterator(stream: string, shardId: string, start: ShardStart): Promise<string> {
    const found = this.current(stream);
    shardOf(found, stream, shardId);
    return encodeIterator(startPosition({ stream, streamId: found.id, shardId, issued: this.clock.now() }, start));
  }

  async getRecords(iterator: string, limit: number): Promise<GetRecordsResult> {
    const position = decodeIterator(iterator, this.clock.now());
    const stream = this.current(position.stream);
    if (stream.id !== position.streamId) throw new StreamNotFoundError(position.stream);
    const shard = shardOf(stream, position.stream, position.shardId);
    const outcome = read(stream.records.get(shard.shardId) ?? [], position.after, position.from, new ReadBudget(limit));
    return toReply(outcome, position, shard, stream.layout.shards, this.clock.now());
  }

  async putRecords(stream: string, entries: readonly PutEntry[]): Promise<readonly PutResult[]> {
    const found = this.current(stream);
    checkEntries(stream, entries);
    found.oldest = Math.min(found.oldest, this.clock.now());
    return entries.map(({ partitionKey, data }) => {
      const { shardId } = found.layout.route(partitionKey);
      const sequenceNumber = String(found.nextSequenceNumber++);
      const records = found.records.get(shardId) ?? [];
      records.push({ sequenceNumber, arrivalTime: this.clock.now(), partitionKey, data: Uint8Array.from(data) });
      found.records.set(shardId, records);
      return { shardId, sequenceNumber };
    });
  }

  /** Splits an open shard in two halves. */
  async split(stream: string, shardId: string): Promise<void> {
    const found = this.current(stream);
    this.reshard(found, splitShard(found.layout.shards, shardId, this.clock.now()));
  }

  /** Merges two open, adjacent shards. */
  async merge(stream: string, shardId: string, adjacentShardId: string): Promise<void> {
    const found = this.current(stream);
    this.reshard(found, mergeShards(found.layout.shards, shardId, adjacentShardId, this.clock.now()));
  }

  /** Deletes the stream; its iterators are dead, and one created later under its name has another identity. */
  async deleteStream(stream: string): Promise<void> {
    this.streams.delete(stream);
  }

  private reshard(stream: MemoryStream, shards: readonly ShardRange[]): void {
    stream.layout = layoutOf(shards);
    stream.oldest = Math.min(stream.oldest, this.clock.now());
  }

  /** The stream as retention leaves it. */
  private current(name: string): MemoryStream {
    const stream = this.streams.get(name);
    if (stream === undefined) throw new StreamNotFoundError(name);
    const horizon = this.clock.now() - this.retentionMillis;
    if (stream.oldest > horizon) return stream;
    const { shards } = stream.layout;
    const retained = retainedShards(shards, this.clock.now(), this.retentionMillis);
    if (retained !== shards) stream.layout = layoutOf(retained);
    stream.oldest = Math.min(...retained.map(({ closedAt }) => closedAt ?? Number.POSITIVE_INFINITY));
    for (const records of stream.records.values()) {
      const kept = records.findIndex(({ arrivalTime }) => arrivalTime > horizon);
      if (kept !== 0) records.splice(0, kept === -1 ? records.length : kept);
      stream.oldest = Math.min(stream.oldest, records[0]?.arrivalTime ?? Number.POSITIVE_INFINITY);
    }
    return stream;
  }
}

function layoutOf(shards: readonly ShardRange[]): Layout {
  return { shards, byId: new Map(shards.map((shard) => [shard.shardId, shard])), route: shardRouter(shards) };
}

function read(log: readonly StreamRecord[], after: string, from: number | undefined, budget: ReadBudget): ReadOutcome {
  let index = firstAfter(log, after);
  if (from !== undefined) while ((log[index]?.arrivalTime ?? from) < from) index += 1;
  const records: StreamRecord[] = [];
  for (let record = log[index]; record !== undefined; record = log[++index]) {
    if (!budget.take(record.data.length + Buffer.byteLength(record.partitionKey))) break;
    records.push({ ...record, data: record.data.slice() });
  }
  return { records, nextArrival: log[index]?.arrivalTime };
}

function firstAfter(log: readonly StreamRecord[], after: string): number {
  let low = 0;
  let high = log.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareSequenceNumbers(log[middle]?.sequenceNumber ?? "0", after) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function shardOf(stream: MemoryStream, name: string, shardId: string): ShardRange {
  const shard = stream.layout.byId.get(shardId);
  if (shard !== undefined) return shard;
  throw new IllegalArgumentError(`Stream ${name} has no shard ${shardId}.`, { stream: name, shardId });
}
