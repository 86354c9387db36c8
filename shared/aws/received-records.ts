import type { _Record as KinesisRecord } from "@aws-sdk/client-kinesis";
import type { ShardStart, StreamRecord } from "../ports/index.js";
import { MAX_BYTES_PER_READ } from "../streamlog/index.js";
import type { HashRange } from "./hash-ranges.js";
import { deaggregate, hashKeyOfSubRecord, startsLikeAggregate } from "./kpl.js";

/** What Kinesis counts of a reply: data and partition keys, bytes. */
export function receivedBytes(received: readonly KinesisRecord[]): number {
  return received.reduce(
    (sum, { Data, PartitionKey = "" }) => sum + (Data?.byteLength ?? 0) + Buffer.byteLength(PartitionKey),
    0,
  );
}

/** True when more records may have been left out for want of room. The next one can be large, so half full counts. */
export function isFull(received: readonly KinesisRecord[], limit: number): boolean {
  return received.length >= limit || receivedBytes(received) > MAX_BYTES_PER_READ / 2;
}

/**
 * The records without those before the start, for a start at a time: where a service's clock is behind ours, or its times are
 * whole seconds, it begins too early.
 */
export function fromStart(received: readonly KinesisRecord[], start: ShardStart): readonly KinesisRecord[] {
  if (start.type !== "at-timestamp") return received;
  const first = received.findIndex((record) => arrivalOf(record) >= start.timestamp);
  return first === -1 ? [] : received.slice(first);
}

function arrivalOf({ ApproximateArrivalTimestamp }: KinesisRecord): number {
  return ApproximateArrivalTimestamp?.getTime() ?? 0;
}

/** True when the record may be one that the KPL has packed. */
export function isAggregate({ Data }: KinesisRecord): boolean {
  return Data !== undefined && startsLikeAggregate(Data);
}

/**
 * The records as the port shows them, aggregates unpacked; their sub-records share a sequence number and an arrival time.
 *
 * Sub-records outside the shard's range of hash keys are left out, as the KCL does: after a split or merge the KPL packs by
 * an old map of the shards, notices that these went to a shard that is not theirs, and puts them again.
 */
export function toRecords(received: readonly KinesisRecord[], range: HashRange | undefined): readonly StreamRecord[] {
  return received.flatMap((record): readonly StreamRecord[] => {
    const data = record.Data ?? new Uint8Array(0);
    const place = {
      sequenceNumber: record.SequenceNumber ?? "",
      arrivalTime: arrivalOf(record),
    };
    const packed = deaggregate(data);
    if (packed === undefined) return [{ ...place, partitionKey: record.PartitionKey ?? "", data }];
    const own = range === undefined ? packed : packed.filter((sub) => isWithin(hashKeyOfSubRecord(sub), range));
    return own.map((sub) => ({ ...place, partitionKey: sub.partitionKey, data: sub.data }));
  });
}

function isWithin(hashKey: bigint, [first, last]: HashRange): boolean {
  return hashKey >= first && hashKey <= last;
}
