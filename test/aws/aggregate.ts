/** Aggregates as the Kinesis Producer Library makes them, by hand. */
import { createHash } from "node:crypto";

export interface SubRecordToPack {
  readonly partitionKey: string;
  readonly explicitHashKey?: bigint;
  readonly data: Uint8Array;
}

const MAGIC = Buffer.from("f3899ac2", "hex");

/** The records in one: magic number, protocol buffer, MD5. */
export function aggregate(records: readonly SubRecordToPack[]): Buffer {
  const partitionKeys = [...new Set(records.map(({ partitionKey }) => partitionKey))];
  const hashKeys = [...new Set(records.flatMap(({ explicitHashKey }) => explicitHashKey?.toString() ?? []))];
  const message = Buffer.concat([
    ...partitionKeys.map((key) => bytes(1, Buffer.from(key))),
    ...hashKeys.map((key) => bytes(2, Buffer.from(key))),
    ...records.map(({ partitionKey, explicitHashKey, data }) =>
      bytes(
        3,
        Buffer.concat([
          number(1, partitionKeys.indexOf(partitionKey)),
          explicitHashKey === undefined ? Buffer.alloc(0) : number(2, hashKeys.indexOf(explicitHashKey.toString())),
          bytes(3, data),
          // A tag, which no reader of ours needs.
          bytes(4, bytes(1, Buffer.from("name"))),
        ]),
      ),
    ),
  ]);
  return sealed(message);
}

/** Any message with what makes an aggregate of it. */
export function sealed(message: Uint8Array): Buffer {
  return Buffer.concat([MAGIC, message, createHash("md5").update(message).digest()]);
}

export function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

export function bytes(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const parts: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) parts.push((left % 128) + 128);
  return Buffer.from([...parts, left]);
}
