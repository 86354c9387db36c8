import { CorruptDataError } from "../errors/index.js";
import type { PutEntry, StreamRecord } from "../ports/index.js";

/*
 * A segment is some records of one shard that arrived together, with consecutive sequence numbers. Layout, little endian:
 * version (1 byte), count (4), arrival time (8); per record: length of partition key (2), length of data (4); then per
 * record: partition key, data.
 */

const VERSION = 1;
const HEAD_BYTES = 13;
const ENTRY_BYTES = 6;

/** The facts about a segment that are known without its records. */
export interface SegmentHead {
  readonly count: number;
  readonly arrivalTime: number;
}

/** The segment as bytes. */
export function encodeSegment(entries: readonly PutEntry[], arrivalTime: number): Uint8Array {
  const keyLengths = entries.map(({ partitionKey }) => Buffer.byteLength(partitionKey));
  const dataBytes = entries.reduce((sum, { data }) => sum + data.length, 0);
  const keyBytes = keyLengths.reduce((sum, length) => sum + length, 0);
  const bytes = Buffer.allocUnsafeSlow(HEAD_BYTES + entries.length * ENTRY_BYTES + keyBytes + dataBytes);
  bytes.writeUInt8(VERSION, 0);
  bytes.writeUInt32LE(entries.length, 1);
  bytes.writeDoubleLE(arrivalTime, 5);
  let offset = HEAD_BYTES + entries.length * ENTRY_BYTES;
  entries.forEach(({ partitionKey, data }, index) => {
    const keyLength = keyLengths[index] ?? 0;
    bytes.writeUInt16LE(keyLength, HEAD_BYTES + index * ENTRY_BYTES);
    bytes.writeUInt32LE(data.length, HEAD_BYTES + index * ENTRY_BYTES + 2);
    bytes.write(partitionKey, offset, "utf8");
    bytes.set(data, offset + keyLength);
    offset += keyLength + data.length;
  });
  return bytes;
}

/** @throws {CorruptDataError} for a layout this version does not know. */
export function segmentHead(segment: Uint8Array): SegmentHead {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.length);
  if (view.getUint8(0) !== VERSION) {
    throw new CorruptDataError(`A stream segment has the unknown layout version ${view.getUint8(0)}.`);
  }
  return { count: view.getUint32(1, true), arrivalTime: view.getFloat64(5, true) };
}

/**
 * The records of a segment from the one at `skip` on, as long as `take` (given its size in bytes) agrees. Their data are views
 * of the segment.
 */
export function decodeSegment(
  segment: Uint8Array,
  firstSequenceNumber: number,
  skip: number,
  take: (bytes: number) => boolean,
): readonly StreamRecord[] {
  const { count, arrivalTime } = segmentHead(segment);
  const bytes = Buffer.from(segment.buffer, segment.byteOffset, segment.length);
  const records: StreamRecord[] = [];
  let offset = HEAD_BYTES + count * ENTRY_BYTES;
  for (let index = 0; index < count; index++) {
    const keyEnd = offset + bytes.readUInt16LE(HEAD_BYTES + index * ENTRY_BYTES);
    const end = keyEnd + bytes.readUInt32LE(HEAD_BYTES + index * ENTRY_BYTES + 2);
    if (index >= skip) {
      if (!take(end - offset)) break;
      records.push({
        sequenceNumber: String(firstSequenceNumber + index),
        arrivalTime,
        partitionKey: bytes.toString("utf8", offset, keyEnd),
        data: segment.subarray(keyEnd, end),
      });
    }
    offset = end;
  }
  return records;
}
