import type { PutEntry, StreamRecord } from "../ports/index.js";
import type { ReadBudget, ReadOutcome } from "../streamlog/index.js";
import { type LocalDatabase, readBytes, writeBytes } from "./database.js";
import { decodeSegment, encodeSegment, segmentHead } from "./stream-segment.js";

/** Most records of a segment: a reader that takes fewer decodes the same segment several times. */
const MAX_SEGMENT_RECORDS = 1000;

/** A segment is closed when it has this many bytes of data. */
const SEGMENT_BYTES = 128 * 1024;

/** Sequence numbers stay below this, so that they are exact as JavaScript numbers. */
const END = Number.MAX_SAFE_INTEGER;

/**
 * The records of one shard in the database. The key of a segment ends in its last sequence number, so that the first key at or after
 * a sequence number is the segment which holds it.
 */
export class SegmentLog {
  constructor(
    private readonly database: LocalDatabase,
    private readonly streamNumber: number,
    private readonly shardNumber: number,
  ) {}

  /** Appends records with consecutive sequence numbers; call it in a transaction. */
  append(entries: readonly PutEntry[], firstSequenceNumber: number, arrivalTime: number): void {
    let start = 0;
    let bytes = 0;
    entries.forEach(({ data }, index) => {
      bytes += data.length;
      const end = index + 1;
      if (end < entries.length && end - start < MAX_SEGMENT_RECORDS && bytes < SEGMENT_BYTES) return;
      const segment = encodeSegment(
        start === 0 && end === entries.length ? entries : entries.slice(start, end),
        arrivalTime,
      );
      writeBytes(this.database.segments, this.key(firstSequenceNumber + end - 1), segment);
      start = end;
      bytes = 0;
    });
  }

  /** Records after a sequence number, of those that arrived later than `horizon`, and not before `from`. */
  read(after: number, from: number | undefined, horizon: number, budget: ReadBudget): ReadOutcome {
    const start = Math.min(after + 1, END);
    const earliest = Math.max(from ?? Number.NEGATIVE_INFINITY, horizon + 1);
    const records: StreamRecord[] = [];
    for (const last of this.segments(this.firstArrivedAt(earliest, start))) {
      const segment = this.load(last);
      const { count, arrivalTime } = segmentHead(segment);
      const first = last - count + 1;
      const skip = Math.max(0, start - first);
      const taken = decodeSegment(segment, first, skip, (bytes) => budget.take(bytes));
      records.push(...taken);
      if (taken.length < count - skip) return { records, nextArrival: arrivalTime };
    }
    return { records, nextArrival: undefined };
  }

  /** Removes the segments all of whose records are numbered up to `upTo`; call it in a transaction. */
  removeUpTo(upTo: number): void {
    for (const last of [...this.segments(0, upTo)]) void this.database.segments.remove(this.key(last));
  }

  /** Removes the segments that arrived at `horizon` or earlier; call it in a transaction. */
  removeArrivedBy(horizon: number): void {
    this.removeUpTo(this.firstArrivedAt(horizon + 1, 1) - 1);
  }

  /** Arrival time of the newest segment. */
  lastArrival(): number | undefined {
    const last = this.lastSegment();
    return last === undefined ? undefined : this.arrivalOf(last);
  }

  /**
   * The first sequence number, not before `start`, whose segment arrived at `time` or later. Arrival times do not fall
   * along a shard, so this halves the range of numbers instead of walking along it.
   */
  private firstArrivedAt(time: number, start: number): number {
    let low = this.firstSegment(start);
    if (low === undefined || this.arrivalOf(low) >= time) return start;
    let high = (this.lastSegment() ?? low) + 1;
    low += 1;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      const last = this.firstSegment(middle);
      if (last === undefined || this.arrivalOf(last) >= time) high = middle;
      else low = last + 1;
    }
    return low;
  }

  /** The last sequence numbers of the segments that hold numbers from `start` on and none above `end`. */
  private *segments(start: number, end = END): Iterable<number> {
    for (const key of this.database.segments.getKeys({
      start: this.key(start),
      end: this.key(end),
      inclusiveEnd: true,
    })) {
      yield sequenceNumberOf(key);
    }
  }

  private firstSegment(start: number): number | undefined {
    for (const last of this.segments(start)) return last;
    return undefined;
  }

  private lastSegment(): number | undefined {
    const range = { start: this.key(END), end: this.key(0), reverse: true, limit: 1 };
    for (const key of this.database.segments.getKeys(range)) return sequenceNumberOf(key);
    return undefined;
  }

  private arrivalOf(last: number): number {
    return segmentHead(this.load(last)).arrivalTime;
  }

  private load(last: number): Uint8Array {
    const segment = readBytes(this.database.segments, this.key(last));
    if (segment === undefined) throw new RangeError(`segment ${last} vanished while it was being read`);
    return segment;
  }

  private key(sequenceNumber: number): Uint8Array {
    const key = Buffer.allocUnsafe(16);
    key.writeUInt32BE(this.streamNumber, 0);
    key.writeUInt32BE(this.shardNumber, 4);
    key.writeUInt32BE(Math.floor(sequenceNumber / 2 ** 32), 8);
    key.writeUInt32BE(sequenceNumber % 2 ** 32, 12);
    return key;
  }
}

function sequenceNumberOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  return view.getUint32(8) * 2 ** 32 + view.getUint32(12);
}
