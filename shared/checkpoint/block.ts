/**
 * A block: what was read of one shard for one batch, claimed once. Layout: u32 length of the header, header (value
 * codec), then for records: their end offsets as u32 little-endian, and their data one after the other.
 */
import { decode, encode } from "../codec/index.js";
import { CorruptDataError } from "../errors/index.js";
import type { StreamRecord } from "../ports/index.js";
import type { InputPosition, ShardPosition } from "./manifest.js";

/** Header of a block of stream records. */
export interface RecordBlockHeader {
  readonly records: number;
  /** Where reading goes on. */
  readonly position: ShardPosition;
  /** Shards to be admitted when all their parents have been read to the end, with their positions. */
  readonly children: Readonly<Record<string, ShardPosition>>;
  /** How far the block's end was behind the tip of the shard, in milliseconds. */
  readonly millisBehindLatest: number;
}

/** Header of a block that says which files or which queued collections belong to the batch. */
export interface InputBlockHeader {
  readonly position: InputPosition;
  readonly records: number;
}

const U32 = 4;

/** A block of records. `allocate` lets the caller decide what kind of memory it lies in. */
export function encodeRecordBlock(
  header: RecordBlockHeader,
  records: readonly StreamRecord[],
  allocate: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
): Uint8Array {
  const head = encode(header);
  const data = records.reduce((sum, record) => sum + record.data.byteLength, 0);
  const block = allocate(U32 + head.byteLength + records.length * U32 + data);
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  view.setUint32(0, head.byteLength, true);
  block.set(head, U32);
  const ends = U32 + head.byteLength;
  const start = ends + records.length * U32;
  let end = 0;
  records.forEach((record, i) => {
    block.set(record.data, start + end);
    end += record.data.byteLength;
    view.setUint32(ends + i * U32, end, true);
  });
  return block;
}

/** A block that has only a header. */
export function encodeHeaderBlock(header: unknown): Uint8Array {
  const head = encode(header);
  const block = new Uint8Array(U32 + head.byteLength);
  new DataView(block.buffer).setUint32(0, head.byteLength, true);
  block.set(head, U32);
  return block;
}

/** The header, and where the payload starts. */
export function readBlockHeader<H>(block: Uint8Array): { readonly header: H; readonly payload: number } {
  if (block.byteLength < U32) throw new CorruptDataError("A block is truncated.");
  const length = new DataView(block.buffer, block.byteOffset, U32).getUint32(0, true);
  if (block.byteLength < U32 + length) throw new CorruptDataError("A block is truncated.");
  return { header: decode(block.subarray(U32, U32 + length)) as H, payload: U32 + length };
}

/** Records of a block without copying: `data(i)` for `from <= i < to`, and all their bytes at once. */
export interface RecordSlice {
  readonly count: number;
  /** Bytes of all records of the slice, one after the other. */
  readonly bytes: Uint8Array;
  /** Where record i of the slice ends in {@link bytes}; it starts where the one before ends. */
  end(i: number): number;
}

/** Records `[from, to)` of a block's payload. */
export function sliceRecords(payload: Uint8Array, records: number, from: number, to: number): RecordSlice {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const start = records * U32;
  const endOf = (i: number): number => (i < 0 ? 0 : view.getUint32(i * U32, true));
  const first = endOf(from - 1);
  return {
    count: to - from,
    bytes: payload.subarray(start + first, start + endOf(to - 1)),
    end: (i) => endOf(from + i) - first,
  };
}
