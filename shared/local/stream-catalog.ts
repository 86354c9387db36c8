import { type ShardRange, shardRouter } from "../streamlog/index.js";
import { type LocalDatabase, readBytes, toKey, writeBytes } from "./database.js";
import { SegmentLog } from "./segment-log.js";

/** What is stored about a stream. */
interface StreamEntry {
  readonly id: string;
  /** Short name of the stream in the keys of its segments. */
  readonly number: number;
  readonly retentionMillis: number;
  readonly shards: readonly ShardRange[];
}

/** A stream as it is held in memory: the stored facts and what follows from them. */
export interface LocalStream extends StreamEntry {
  readonly name: string;
  readonly route: (partitionKey: string) => ShardRange;
  readonly nextSequenceNumber: number;
  /** Arrival time of the newest record; no later one is earlier. */
  readonly lastArrival: number;
}

/** The streams of a database: read once, then held in memory and written through. */
export class StreamCatalog {
  private readonly streams = new Map<string, LocalStream>();

  constructor(private readonly database: LocalDatabase) {
    for (const key of database.streams.getKeys()) {
      const name = Buffer.from(key).toString("utf8");
      if (name.startsWith("stream/")) this.load(name.slice("stream/".length));
    }
  }

  find(name: string): LocalStream | undefined {
    return this.streams.get(name);
  }

  all(): Iterable<LocalStream> {
    return this.streams.values();
  }

  /** A number no stream has had. */
  freeNumber(): number {
    return Math.max(0, ...[...this.streams.values()].map(({ number }) => number)) + 1;
  }

  /** Stores facts about a stream; call it in a transaction. */
  write(name: string, entry: StreamEntry): void {
    const { id, number, retentionMillis, shards } = entry;
    const text = JSON.stringify({ id, number, retentionMillis, shards } satisfies StreamEntry);
    writeBytes(this.database.streams, toKey(`stream/${name}`), Buffer.from(text, "utf8"));
  }

  /** Stores the number that the next record gets; call it in a transaction. */
  writeNext(stream: LocalStream, nextSequenceNumber: number): void {
    writeBytes(
      this.database.streams,
      toKey(`next/${stream.number}`),
      Buffer.from(String(nextSequenceNumber), "latin1"),
    );
  }

  /** Takes a stream from the database into memory, after the transaction that changed it. */
  load(name: string): void {
    const entry = this.json<StreamEntry>(`stream/${name}`);
    if (entry === undefined) return;
    const nextSequenceNumber = this.json<number>(`next/${entry.number}`) ?? 1;
    const stream = { ...entry, name, route: shardRouter(entry.shards), nextSequenceNumber, lastArrival: 0 };
    const arrivals = entry.shards.map(({ shardId }) => this.log(stream, shardId).lastArrival() ?? 0);
    this.streams.set(name, { ...stream, lastArrival: Math.max(0, ...arrivals) });
  }

  /** Remembers what a transaction has added to a stream. */
  advance(name: string, nextSequenceNumber: number, lastArrival: number): void {
    const stream = this.streams.get(name);
    if (stream !== undefined) this.streams.set(name, { ...stream, nextSequenceNumber, lastArrival });
  }

  /** The records of a shard. */
  log(stream: LocalStream, shardId: string): SegmentLog {
    return new SegmentLog(this.database, stream.number, Number(shardId.slice("shardId-".length)));
  }

  private json<T>(name: string): T | undefined {
    const bytes = readBytes(this.database.streams, toKey(name));
    return bytes && (JSON.parse(Buffer.from(bytes).toString("utf8")) as T);
  }
}
