import { randomUUID } from "node:crypto";
import { IllegalArgumentError, StreamNotFoundError } from "../errors/index.js";
import type {
  Clock,
  GetRecordsResult,
  PutEntry,
  PutResult,
  Shard,
  ShardStart,
  StreamDescription,
  StreamSource,
} from "../ports/index.js";
import {
  DEFAULT_RETENTION_MILLIS,
  decodeIterator,
  encodeIterator,
  initialShards,
  mergeShards,
  ReadBudget,
  retainedShards,
  type ShardRange,
  splitShard,
  startPosition,
  toReply,
  toShard,
} from "../streamlog/index.js";
import { type LocalDatabase, transact } from "./database.js";
import { PutQueue } from "./put-queue.js";
import { type LocalStream, StreamCatalog } from "./stream-catalog.js";
import { TrimList } from "./trim-list.js";

/**
 * Kinesis streams in the embedded database: hash ranges, sequence numbers, arrival times, iterators that expire, splits,
 * merges and retention. Puts are durable when they resolve; all puts of one turn of the event loop share a transaction.
 */
export class LocalStreams implements StreamSource {
  private readonly catalog: StreamCatalog;
  private readonly puts: PutQueue;
  private readonly trims: TrimList;

  constructor(
    private readonly database: LocalDatabase,
    private readonly clock: Clock,
    private readonly retentionMillis = DEFAULT_RETENTION_MILLIS,
  ) {
    this.catalog = new StreamCatalog(database);
    this.trims = new TrimList(this.catalog, clock);
    this.puts = new PutQueue(database, this.catalog, this.trims, clock);
  }

  async describe(stream: string): Promise<StreamDescription | undefined> {
    const found = this.catalog.find(stream);
    return found && { id: found.id, retentionMillis: found.retentionMillis };
  }

  async create(stream: string, shards: number): Promise<void> {
    if (this.catalog.find(stream) !== undefined) return;
    const entry = {
      id: randomUUID(),
      number: this.catalog.freeNumber(),
      retentionMillis: this.retentionMillis,
      shards: initialShards(shards),
    };
    transact(this.database, () => this.catalog.write(stream, entry));
    this.catalog.load(stream);
  }

  async listShards(stream: string): Promise<readonly Shard[]> {
    return this.retained(this.streamOf(stream)).map(toShard);
  }

  async getIterator(stream: string, shardId: string, start: ShardStart): Promise<string> {
    const found = this.streamOf(stream);
    this.shardOf(found, shardId);
    return encodeIterator(startPosition({ stream, streamId: found.id, shardId, issued: this.clock.now() }, start));
  }

  async getRecords(iterator: string, limit: number): Promise<GetRecordsResult> {
    const now = this.clock.now();
    const position = decodeIterator(iterator, now);
    const stream = this.streamOf(position.stream);
    if (stream.id !== position.streamId) throw new StreamNotFoundError(position.stream);
    const shard = this.shardOf(stream, position.shardId);
    const horizon = now - stream.retentionMillis;
    const log = this.catalog.log(stream, shard.shardId);
    const outcome = log.read(Number(position.after), position.from, horizon, new ReadBudget(limit));
    return toReply(outcome, position, shard, this.retained(stream), now);
  }

  async putRecords(stream: string, entries: readonly PutEntry[]): Promise<readonly PutResult[]> {
    return this.puts.put(this.streamOf(stream), entries);
  }

  /** Splits an open shard in two halves; durable when it resolves. */
  async split(stream: string, shardId: string): Promise<void> {
    this.reshard(stream, (shards, now) => splitShard(shards, shardId, now));
  }

  /** Merges two open, adjacent shards; durable when it resolves. */
  async merge(stream: string, shardId: string, adjacentShardId: string): Promise<void> {
    this.reshard(stream, (shards, now) => mergeShards(shards, shardId, adjacentShardId, now));
  }

  /**
   * Drops records that nobody will read again, up to a sequence number, in the units in which they were stored and not before the next
   * put. For the owner of the only reader, after the commit that went past them.
   */
  trim(stream: string, shardId: string, upToSequenceNumber: string): void {
    this.trims.add(this.streamOf(stream), shardId, Number(upToSequenceNumber));
  }

  /** Makes what still waits durable. */
  flush(): void {
    this.puts.flush();
  }

  private reshard(name: string, change: (shards: readonly ShardRange[], now: number) => readonly ShardRange[]): void {
    // Records put before are in the shards that were open then.
    this.puts.flush();
    const stream = this.streamOf(name);
    const shards = change(this.retained(stream), this.clock.now());
    transact(this.database, () => this.catalog.write(name, { ...stream, shards }));
    this.catalog.load(name);
  }

  private streamOf(name: string): LocalStream {
    const stream = this.catalog.find(name);
    if (stream === undefined) throw new StreamNotFoundError(name);
    return stream;
  }

  private shardOf(stream: LocalStream, shardId: string): ShardRange {
    const shard = this.retained(stream).find((candidate) => candidate.shardId === shardId);
    if (shard !== undefined) return shard;
    throw new IllegalArgumentError(`Stream ${stream.name} has no shard ${shardId}.`, { stream: stream.name, shardId });
  }

  private retained(stream: LocalStream): readonly ShardRange[] {
    return retainedShards(stream.shards, this.clock.now(), stream.retentionMillis);
  }
}
