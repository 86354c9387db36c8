import { createHash } from "node:crypto";
import { decode, encode } from "../codec/index.js";
import { CheckpointError } from "../errors/index.js";
import type { BlockStore, ShardStart, Table } from "../ports/index.js";
import type { DataRef, KeptRdd, SharedData } from "../rdd/index.js";
import type { StateMeta } from "../state/index.js";
import type { BatchStats } from "./batch-stats.js";
import { manifestKey, manifestObject } from "./names.js";

/** How far a shard has been read. */
export interface ShardPosition {
  /** Where the next block starts; `end`: closed and read to its end. */
  readonly next: ShardStart | { readonly type: "end" };
  readonly parents: readonly string[];
  /** Arrival time up to which everything has been read, epoch milliseconds: what retention is measured against. */
  readonly upTo: number;
}

/** How far an input has been read. */
export type InputPosition =
  | { readonly type: "stream"; readonly streamId: string; readonly shards: Readonly<Record<string, ShardPosition>> }
  /** Files chosen and not yet so old that they cannot be chosen again, with their modification times. */
  | { readonly type: "files"; readonly since: number; readonly chosen: Readonly<Record<string, number>> }
  | { readonly type: "queue"; readonly taken: number };

/** How fast the batches so far show that an input can be processed. */
export interface InputRate {
  /** What the estimator remembers: when it last learned something (epoch milliseconds), its rate (records/s), its error. */
  readonly memory: { readonly time: number; readonly rate: number; readonly error: number };
  /** Records per second; `undefined` as long as there is too little to go by. */
  readonly estimate: number | undefined;
}

/** Why a batch was passed over. */
export interface BatchFailure {
  readonly message: string;
  readonly operator: string | undefined;
  readonly partition: number | undefined;
}

/** Names of table items and objects. */
export interface Names {
  readonly items: readonly string[];
  readonly objects: readonly string[];
}

/**
 * Everything that is true after a batch: how far inputs are read, what the state is, what outputs owe. Immutable, under
 * a unique name; the head says which one counts.
 */
export interface Manifest {
  readonly format: 1;
  readonly id: string;
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  /** The manifest that this one replaced as head; `undefined` for the first. */
  readonly previous: string | undefined;
  /** One batch duration before the first batch. */
  readonly zeroTime: number;
  readonly batchDuration: number;
  /** Batches committed so far, this one included. */
  readonly batches: number;
  readonly codeVersion: string;
  /** By input uid. */
  readonly positions: Readonly<Record<string, InputPosition>>;
  /** By operator uid. */
  readonly state: Readonly<Record<string, StateMeta>>;
  /** By uid of streams that later batches look back on: their RDDs of earlier batches and this one, oldest first. */
  readonly kept: Readonly<Record<string, readonly KeptRdd[]>>;
  /** By output uid, by partition: what it has to send; `undefined` for a partition with nothing to send. */
  readonly outputs: Readonly<Record<string, readonly (DataRef | undefined)[]>>;
  /** Static data and variables of the batch, with the totals of accumulators after it. */
  readonly shared: SharedData;
  /** Records read from inputs in this batch. */
  readonly records: number;
  /** Time of the first of the last batches that had nothing to do and left nothing to do; `undefined` after one that had. */
  readonly quietSince: number | undefined;
  /** How the batch ran. */
  readonly stats: BatchStats;
  /** By uid of inputs with a rate estimator: what was known when the batch began. */
  readonly rates: Readonly<Record<string, InputRate>>;
  readonly failed: BatchFailure | undefined;
  /** What exists for this manifest alone and goes with it: its plan, blocks and outputs. */
  readonly owned: Names;
  /** State chunks and kept RDDs that the previous manifest still named and this one does not. */
  readonly dropped: Names;
}

/** Larger manifests and plans are objects: a table item holds 400 KB at most, attribute names included. (DynamoDB limits.) */
export const INLINE_ITEM_BYTES = 300 * 1024;

export const MANIFEST_FORMAT = 1;

export interface CheckpointStorage {
  readonly table: Table;
  readonly blocks: BlockStore;
  /** Manifests and plans up to this size are items of the table, larger ones objects. @defaultValue {@link INLINE_ITEM_BYTES} */
  readonly itemBytes?: number;
}

/** Is it to be an item of the table? If not, it is an object. */
export function fitsItem({ itemBytes = INLINE_ITEM_BYTES }: CheckpointStorage, bytes: Uint8Array): boolean {
  return bytes.byteLength <= itemBytes;
}

/** Stores a manifest and returns the hash that the head keeps of it. */
export async function writeManifest(storage: CheckpointStorage, job: string, manifest: Manifest): Promise<string> {
  const bytes = encode(manifest);
  if (fitsItem(storage, bytes)) await storage.table.putIfAbsent(manifestKey(job, manifest.id), { bytes });
  else await storage.blocks.put(manifestObject(job, manifest.id), bytes);
  return hashOf(bytes);
}

/**
 * Reads a manifest; `undefined` when there is none of that id.
 * @throws {CheckpointError} when it does not have the expected hash or format.
 */
export async function readManifest(
  storage: CheckpointStorage,
  job: string,
  id: string,
  expectedHash?: string,
): Promise<Manifest | undefined> {
  const item = await storage.table.get(manifestKey(job, id));
  const bytes = item === undefined ? await storage.blocks.get(manifestObject(job, id)) : item.bytes;
  if (bytes === undefined) return undefined;
  if (!(bytes instanceof Uint8Array) || (expectedHash !== undefined && hashOf(bytes) !== expectedHash)) {
    throw new CheckpointError(`Manifest ${id} of ${job} is damaged: its hash is not the one in the head.`, {
      job,
      manifest: id,
    });
  }
  let manifest: Manifest;
  try {
    manifest = decode(bytes) as Manifest;
  } catch (cause) {
    throw new CheckpointError(`Manifest ${id} of ${job} cannot be read.`, { job, manifest: id }, cause);
  }
  if (manifest.format !== MANIFEST_FORMAT) {
    throw new CheckpointError(
      `Manifest ${id} of ${job} has format ${String(manifest.format)}, but this version of Sluice reads format ${MANIFEST_FORMAT}: use the version that wrote it.`,
      { job, manifest: id },
    );
  }
  return manifest;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
