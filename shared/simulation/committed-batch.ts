/** Reads what a commit has made true, from storage itself and not through the engine's memory; for its state see {@link CommittedState}. */
import {
  type CheckpointStorage,
  type Manifest,
  manifestKey,
  manifestObject,
  type RecordBlockHeader,
  readBlockHeader,
  sliceRecords,
} from "../checkpoint/index.js";
import { decodeColumn } from "../codec/index.js";
import type { DataRef } from "../rdd/index.js";
import { must, type ReadShard } from "./law.js";

export interface BatchContents {
  readonly read: readonly ReadShard[];
  readonly outputs: Readonly<Record<string, readonly (readonly unknown[])[]>>;
}

/** What the program says about its parts. */
export interface ProgramFacts {
  /** By uid of the input: the name of its stream. */
  readonly streams: ReadonlyMap<string, string>;
  /** By uid of the output operation: what it is. */
  readonly outputs: ReadonlyMap<string, string>;
}

export async function readContents(
  storage: CheckpointStorage,
  job: string,
  manifest: Manifest,
  program: ProgramFacts,
): Promise<BatchContents> {
  return {
    read: await readShards(storage, job, manifest, program.streams),
    outputs: await readOutputs(storage, manifest, program.outputs),
  };
}

async function readShards(
  { blocks }: CheckpointStorage,
  job: string,
  manifest: Manifest,
  streams: ReadonlyMap<string, string>,
): Promise<readonly ReadShard[]> {
  const read: ReadShard[] = [];
  for (const block of manifest.owned.objects) {
    const [, input = "", shard = ""] = block.startsWith(`${job}/b/`) ? block.slice(`${job}/b/`.length).split("/") : [];
    const stream = streams.get(input);
    if (stream === undefined) continue;
    const bytes = await blocks.get(block);
    must(bytes !== undefined, "I9", () => `block ${block} of committed batch ${manifest.time} is not there`);
    const { header, payload } = readBlockHeader<RecordBlockHeader>(bytes);
    const slice = sliceRecords(bytes.subarray(payload), header.records, 0, header.records);
    const ends = Array.from({ length: slice.count }, (_, i) => slice.end(i));
    const text = Buffer.from(slice.bytes.buffer, slice.bytes.byteOffset, slice.bytes.byteLength);
    const records = ends.map((end, i) => text.toString("utf8", ends[i - 1] ?? 0, end));
    read.push({ input, stream, shard, block, records });
  }
  return read;
}

async function readOutputs(
  { blocks }: CheckpointStorage,
  manifest: Manifest,
  kinds: ReadonlyMap<string, string>,
): Promise<Record<string, (readonly unknown[])[]>> {
  const outputs: Record<string, (readonly unknown[])[]> = {};
  for (const [uid, refs] of Object.entries(manifest.outputs)) {
    const partitions: (readonly unknown[])[] = [];
    for (const ref of refs) {
      const bytes = ref === undefined ? undefined : await bytesOf(blocks, ref);
      must(ref === undefined || bytes !== undefined, "I9", () => {
        return `what batch ${manifest.time} owes to ${uid} is not there`;
      });
      partitions.push(bytes === undefined ? [] : rowsOf(kinds.get(uid), bytes));
    }
    outputs[uid] = partitions;
  }
  return outputs;
}

function bytesOf(blocks: CheckpointStorage["blocks"], ref: DataRef): Promise<Uint8Array | undefined> {
  return ref.type === "inline" ? Promise.resolve(ref.bytes) : blocks.getRange(ref.name, ref.start, ref.end);
}

/** Of files in other formats only the bytes count, which the laws see when they are written. */
function rowsOf(kind: string | undefined, bytes: Uint8Array): readonly unknown[] {
  if (kind === "foreachRDD" || kind === "print") return decodeColumn(bytes);
  return kind === "saveAsTextFiles" ? Buffer.from(bytes).toString("utf8").split("\n").slice(0, -1) : [];
}

/** Every name that a manifest needs: objects as they are, items with `item:` before them. */
export async function namesOf(
  storage: CheckpointStorage,
  job: string,
  manifest: Manifest,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>(manifest.owned.objects);
  for (const { partitions } of Object.values(manifest.state)) {
    for (const { name, at } of partitions.flatMap(({ chain }) => chain)) {
      names.add(at === "table" ? `item:${name}` : `${job}/${name}`);
    }
  }
  for (const piece of Object.values(manifest.kept).flatMap((rdds) => rdds.flatMap((rdd) => rdd.pieces))) {
    const isStored = piece.bytes === undefined && (piece.offsets.at(-1) ?? 0) > (piece.offsets[0] ?? 0);
    if (isStored) names.add(piece.name);
  }
  const { broadcasts, nextBroadcasts } = manifest.shared;
  for (const { object } of [...Object.values(broadcasts), ...Object.values(nextBroadcasts)]) names.add(object);
  const inTable = (await storage.table.get(manifestKey(job, manifest.id))) !== undefined;
  names.add(inTable ? `item:${manifestKey(job, manifest.id).sort}` : manifestObject(job, manifest.id));
  for (const sort of manifest.owned.items) names.add(`item:${sort}`);
  return names;
}
