import type { BlockStore } from "../ports/index.js";
import type { KeptPiece } from "../rdd/index.js";

/** One partition that is to be kept. */
export interface PartitionToKeep {
  readonly uid: string;
  readonly partition: number;
  readonly bytes: Uint8Array | undefined;
}

/** Up to this size, what an execution keeps goes into the manifest: an object costs more than its bytes there. */
const INLINE_BYTES = 256;

/** Makes what one execution keeps durable, all of it in one object, and returns its pieces by uid. */
export async function keepPartitions(
  blocks: BlockStore,
  name: string,
  partitions: readonly PartitionToKeep[],
): Promise<Readonly<Record<string, KeptPiece>>> {
  const byUid = new Map<string, PartitionToKeep[]>();
  for (const partition of partitions) {
    const own = byUid.get(partition.uid);
    if (own === undefined) byUid.set(partition.uid, [partition]);
    else own.push(partition);
  }
  const parts: Uint8Array[] = [];
  const pieces: Record<string, KeptPiece> = {};
  let end = 0;
  for (const [uid, own] of byUid) {
    const offsets = [end];
    for (const { bytes } of own) {
      if (bytes !== undefined) parts.push(bytes);
      end += bytes?.byteLength ?? 0;
      offsets.push(end);
    }
    pieces[uid] = { name, partitions: own.map(({ partition }) => partition), offsets };
  }
  if (end === 0) return pieces;
  const bytes = Buffer.concat(parts);
  if (end > INLINE_BYTES) {
    await blocks.put(name, bytes);
    return pieces;
  }
  return Object.fromEntries(Object.entries(pieces).map(([uid, piece]) => [uid, inlinePiece(piece, bytes)]));
}

function inlinePiece(piece: KeptPiece, bytes: Uint8Array): KeptPiece {
  const start = piece.offsets[0] ?? 0;
  const end = piece.offsets.at(-1) ?? start;
  return {
    ...piece,
    offsets: piece.offsets.map((offset) => offset - start),
    bytes: bytes.subarray(start, end),
  };
}
