import { type DataRef, inline } from "./data-ref.js";

/** Partitions of an RDD that one execution computed and kept, one encoded column each. */
export interface KeptPiece {
  /** Name that only this execution could give: of the object that holds the columns, where there is one. */
  readonly name: string;
  /** Which partitions. */
  readonly partitions: readonly number[];
  /** The i-th of them is bytes `[offsets[i], offsets[i + 1])`; none for a partition without elements. */
  readonly offsets: readonly number[];
  /** The columns themselves, when they are too small for an object. */
  readonly bytes?: Uint8Array;
}

/** An RDD of an earlier batch that later batches need: a stream's operator remembers it. */
export interface KeptRdd {
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  readonly numPartitions: number;
  /** True when its elements are pairs and every key is where its hash belongs. */
  readonly hashed: boolean;
  readonly pieces: readonly KeptPiece[];
}

/** One partition of a kept RDD. */
export interface KeptPartition {
  /** Name of its piece: no other attempt at that batch can have made the same. */
  readonly name: string;
  /** `undefined` for a partition without elements. */
  readonly ref: DataRef | undefined;
}

export function keptPartition(rdd: KeptRdd, partition: number): KeptPartition {
  for (const piece of rdd.pieces) {
    const at = piece.partitions.indexOf(partition);
    if (at === -1) continue;
    const [start, end] = [piece.offsets[at] as number, piece.offsets[at + 1] as number];
    return { name: piece.name, ref: start === end ? undefined : refOf(piece, start, end) };
  }
  return { name: "", ref: undefined };
}

function refOf(piece: KeptPiece, start: number, end: number): DataRef {
  if (piece.bytes !== undefined) return inline(piece.bytes.subarray(start, end));
  return { type: "object", name: piece.name, start, end };
}

/** Size of what is kept of an RDD. */
export function keptBytes(rdd: KeptRdd): number {
  return rdd.pieces.reduce((sum, { offsets }) => sum + (offsets.at(-1) ?? 0) - (offsets[0] ?? 0), 0);
}
