/**
 * The durable form of keyed state: a chain of immutable chunks a partition, a snapshot and the deltas since. A chunk is
 * written under a name that only its execution can produce; what the manifest lists is the state, all else is garbage.
 */
import { decode, decodeColumn, encode, encodeColumn } from "../codec/index.js";
import { CheckpointError } from "../errors/index.js";
import type { BlockStore, Ids, ItemKey, Table } from "../ports/index.js";
import type { Coverage } from "../rdd/index.js";
import { together } from "../rules/index.js";
import { type StateChanges, StatePartition } from "./state-partition.js";

/** A chunk as the manifest lists it. */
export interface StateChunk {
  readonly name: string;
  /** Small chunks are table items, larger ones objects: above this size a write unit a KB costs more than a PUT. */
  readonly at: "table" | "blocks";
  readonly bytes: number;
}

/** A partition of an operator's state as the manifest lists it. */
export interface StatePartitionMeta {
  /** Key groups `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** A snapshot (or nothing), then deltas, oldest first. */
  readonly chain: readonly StateChunk[];
  /** Number of keys. */
  readonly keys: number;
  /** Set when the state is the aggregate of a window: the batches that are in it. */
  readonly covers?: Coverage;
}

/** An operator's state as the manifest lists it: partitions that cover all key groups in order. */
export interface StateMeta {
  readonly partitions: readonly StatePartitionMeta[];
}

/** Where the price of 1 KB write units passes that of a PUT: 8 × $0.625/M = $5/M. (DynamoDB and S3 price lists.) */
export const TABLE_CHUNK_BYTES = 8 * 1024;

/** A chain longer than this is replaced by a snapshot, whatever its size: a cold start reads chunk after chunk. */
export const MAX_CHAIN = 64;

export interface StateStorage {
  readonly table: Table;
  readonly blocks: BlockStore;
  readonly ids: Ids;
  /** Prefix of all names of the application. */
  readonly job: string;
}

/** The table item of a small chunk. */
export function chunkKey(job: string, name: string): ItemKey {
  return { partition: job, sort: name };
}

/** The object of a large chunk. */
export function chunkObject(job: string, name: string): string {
  return `${job}/${name}`;
}

/** All chunks that the state of some operators consists of. */
export function chunksOf(state: Readonly<Record<string, StateMeta>>): readonly StateChunk[] {
  return Object.values(state).flatMap((meta) => meta.partitions.flatMap((partition) => partition.chain));
}

/** Reads the state of key groups `[from, to)`, whatever partitions it was written in. */
export async function loadState(
  storage: StateStorage,
  meta: StateMeta,
  from: number,
  to: number,
): Promise<StatePartition> {
  const partition = new StatePartition(from, to);
  for (const source of meta.partitions) {
    if (source.to <= from || source.from >= to) continue;
    const chunks = await together(source.chain.map((chunk) => readChunk(storage, chunk)));
    for (const chunk of chunks) partition.apply(source.from, chunk);
  }
  return partition;
}

/**
 * Writes what a batch changed and returns the chain that stands for the state from now on: one delta more, or one
 * snapshot where the deltas add up to about as much. Nothing changed, nothing written.
 */
export async function writeChanges(
  storage: StateStorage,
  uid: string,
  partition: StatePartition,
  chain: readonly StateChunk[],
): Promise<readonly StateChunk[]> {
  const changes = partition.takeChanges();
  if (changes.keys.length === 0) return chain;
  const [snapshot, ...deltas] = chain;
  const delta = encodeChanges(changes);
  const deltaBytes = deltas.reduce((sum, chunk) => sum + chunk.bytes, delta.byteLength);
  const image = snapshot === undefined || deltaBytes >= snapshot.bytes || chain.length >= MAX_CHAIN;
  const bytes = image && chain.length > 0 ? encodeChanges(partition.image()) : delta;
  const chunk = await writeChunk(storage, uid, bytes);
  return image ? [chunk] : [...chain, chunk];
}

/** Writes the whole state as one snapshot: for a partition whose key groups were just cut anew. */
export async function writeSnapshot(
  storage: StateStorage,
  uid: string,
  partition: StatePartition,
): Promise<readonly StateChunk[]> {
  partition.takeChanges();
  if (partition.size === 0) return [];
  return [await writeChunk(storage, uid, encodeChanges(partition.image()))];
}

async function writeChunk(storage: StateStorage, uid: string, bytes: Uint8Array): Promise<StateChunk> {
  const name = `st/${uid}/${storage.ids.next()}`;
  const at = bytes.byteLength <= TABLE_CHUNK_BYTES ? "table" : "blocks";
  if (at === "table") await storage.table.putIfAbsent(chunkKey(storage.job, name), { bytes });
  else await storage.blocks.put(chunkObject(storage.job, name), bytes);
  return { name, at, bytes: bytes.byteLength };
}

/** @throws {CheckpointError} when it is not there. */
export async function readChunk(
  storage: Pick<StateStorage, "table" | "blocks" | "job">,
  chunk: StateChunk,
): Promise<StateChanges> {
  const bytes =
    chunk.at === "table"
      ? (await storage.table.get(chunkKey(storage.job, chunk.name)))?.bytes
      : await storage.blocks.get(chunkObject(storage.job, chunk.name));
  if (!(bytes instanceof Uint8Array)) {
    throw new CheckpointError(
      `The checkpoint names state ${chunk.name}, but it is not there: the checkpoint directory or table was changed from outside.`,
      { chunk: chunk.name },
    );
  }
  return decodeChanges(bytes);
}

function encodeChanges(changes: StateChanges): Uint8Array {
  return encode([changes.perGroup, encodeColumn(changes.keys), encodeColumn(changes.values)]);
}

function decodeChanges(bytes: Uint8Array): StateChanges {
  const [perGroup, keys, values] = decode(bytes) as [number[], Uint8Array, Uint8Array];
  return { perGroup, keys: decodeColumn(keys), values: decodeColumn(values) };
}
