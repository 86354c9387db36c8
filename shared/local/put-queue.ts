import type { Clock, PutEntry, PutResult } from "../ports/index.js";
import { checkEntries } from "../streamlog/index.js";
import { type LocalDatabase, transact } from "./database.js";
import type { LocalStream, StreamCatalog } from "./stream-catalog.js";
import type { TrimList } from "./trim-list.js";

/** A call of putRecords that waits for the next transaction. */
interface PendingPut {
  readonly entries: readonly PutEntry[];
  resolve(results: readonly PutResult[]): void;
  reject(error: unknown): void;
}

/** The records one transaction adds to a shard, with the place of each record's result. */
interface ShardBatch {
  readonly entries: PutEntry[];
  readonly results: PutResult[][];
  readonly indexes: number[];
}

/** Group commit: the puts of one turn of the event loop are stored in one transaction. */
export class PutQueue {
  private waiting = new Map<string, PendingPut[]>();
  private scheduled = false;

  constructor(
    private readonly database: LocalDatabase,
    private readonly catalog: StreamCatalog,
    private readonly trims: TrimList,
    private readonly clock: Clock,
  ) {}

  /** Resolves when the records are durable. */
  async put(stream: LocalStream, entries: readonly PutEntry[]): Promise<readonly PutResult[]> {
    checkEntries(stream.name, entries);
    if (entries.length === 0) return [];
    return new Promise((resolve, reject) => {
      const puts = this.waiting.get(stream.name) ?? [];
      puts.push({ entries, resolve, reject });
      this.waiting.set(stream.name, puts);
      this.schedule();
    });
  }

  /** Stores what waits now. The puts that waited resolve or reject. */
  flush(): void {
    if (this.waiting.size === 0 && this.trims.isEmpty) return;
    const waiting = this.waiting;
    this.waiting = new Map();
    try {
      const settle: (() => void)[] = [];
      transact(this.database, () => {
        for (const [name, puts] of waiting) settle.push(this.store(name, puts));
        this.trims.apply();
      });
      this.trims.applied();
      for (const done of settle) done();
    } catch (error) {
      for (const { reject } of [...waiting.values()].flat()) reject(error);
    }
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  /** Writes the puts of one stream; returns what is to be done when the transaction has succeeded. */
  private store(name: string, puts: readonly PendingPut[]): () => void {
    const stream = this.catalog.find(name);
    if (stream === undefined) throw new RangeError(`stream ${name} vanished`);
    const results = puts.map(({ entries }): PutResult[] => new Array(entries.length));
    const arrivalTime = Math.max(this.clock.now(), stream.lastArrival);
    let next = stream.nextSequenceNumber;
    for (const [shardId, batch] of byShard(stream, puts, results)) {
      this.catalog.log(stream, shardId).append(batch.entries, next, arrivalTime);
      batch.results.forEach((callResults, i) => {
        callResults[batch.indexes[i] ?? 0] = { shardId, sequenceNumber: String(next + i) };
      });
      next += batch.entries.length;
    }
    this.catalog.writeNext(stream, next);
    return () => {
      this.catalog.advance(name, next, arrivalTime);
      for (const [i, { resolve }] of puts.entries()) resolve(results[i] ?? []);
    };
  }
}

function byShard(
  stream: LocalStream,
  puts: readonly PendingPut[],
  results: readonly PutResult[][],
): ReadonlyMap<string, ShardBatch> {
  const batches = new Map<string, ShardBatch>();
  puts.forEach(({ entries }, call) => {
    const callResults = results[call] ?? [];
    entries.forEach((entry, index) => {
      const { shardId } = stream.route(entry.partitionKey);
      const batch = batches.get(shardId) ?? { entries: [], results: [], indexes: [] };
      batches.set(shardId, batch);
      batch.entries.push(entry);
      batch.results.push(callResults);
      batch.indexes.push(index);
    });
  });
  return batches;
}
