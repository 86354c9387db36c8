/**
 * Records that the Kinesis Producer Library has packed into one: magic number, a protocol buffer, its MD5.
 * The format: https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
import { createHash } from "node:crypto";
import { hashKeyOf } from "../streamlog/index.js";

/** A record out of an aggregate. */
export interface SubRecord {
  readonly partitionKey: string;
  /** What decides its shard in place of the partition key's hash. */
  readonly explicitHashKey: bigint | undefined;
  readonly data: Uint8Array;
}

const MAGIC = Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2);
const DIGEST_BYTES = 16;

/** The hash key by which a sub-record belongs to a shard. */
export function hashKeyOfSubRecord({ partitionKey, explicitHashKey }: SubRecord): bigint {
  return explicitHashKey ?? hashKeyOf(partitionKey);
}

/** True when the bytes begin as an aggregate does. */
export function startsLikeAggregate(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length + DIGEST_BYTES && MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * The records of an aggregate; `undefined` when the bytes are none. Bytes that begin like an aggregate and are not one,
 * because the digest is wrong or the content is, are data of the user's own.
 */
export function deaggregate(bytes: Uint8Array): readonly SubRecord[] | undefined {
  if (!startsLikeAggregate(bytes)) return undefined;
  const end = bytes.length - DIGEST_BYTES;
  const message = bytes.subarray(MAGIC.length, end);
  if (Buffer.compare(createHash("md5").update(message).digest(), bytes.subarray(end)) !== 0) return undefined;
  try {
    return parseAggregate(message);
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** message AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2; repeated Record records = 3; } */
function parseAggregate(message: Uint8Array): readonly SubRecord[] {
  const partitionKeys: string[] = [];
  const explicitHashKeys: bigint[] = [];
  const records: ParsedRecord[] = [];
  for (const field of fieldsOf(message)) {
    if (field.number === 1) partitionKeys.push(textOf(field));
    else if (field.number === 2) explicitHashKeys.push(BigInt(textOf(field)));
    else if (field.number === 3) records.push(parseRecord(bytesOf(field)));
  }
  return records.map(({ partitionKey, explicitHashKey, data }) => ({
    partitionKey: entryOf(partitionKeys, partitionKey),
    explicitHashKey: explicitHashKey === undefined ? undefined : entryOf(explicitHashKeys, explicitHashKey),
    data,
  }));
}

interface ParsedRecord {
  /** Indexes of the tables. */
  readonly partitionKey: number | undefined;
  readonly explicitHashKey: number | undefined;
  readonly data: Uint8Array;
}

/** message Record { uint64 partition_key_index = 1; uint64 explicit_hash_key_index = 2; bytes data = 3; repeated Tag tags = 4; } */
function parseRecord(message: Uint8Array): ParsedRecord {
  let partitionKey: number | undefined;
  let explicitHashKey: number | undefined;
  let data: Uint8Array | undefined;
  for (const field of fieldsOf(message)) {
    if (field.number === 1) partitionKey = numberOf(field);
    else if (field.number === 2) explicitHashKey = numberOf(field);
    else if (field.number === 3) data = bytesOf(field);
  }
  if (data === undefined) throw new RangeError("a record without data");
  return { partitionKey, explicitHashKey, data };
}

function entryOf<T>(table: readonly T[], index: number | undefined): T {
  const entry = index === undefined ? undefined : table[index];
  if (entry === undefined) throw new RangeError("an index outside its table");
  return entry;
}

// --- Protocol buffers: https://protobuf.dev/programming-guides/encoding/ ---------------------------------------------

interface Field {
  readonly number: number;
  /** Of a varint its value, of a length-delimited field its bytes, of the fixed ones nothing. */
  readonly value: number | Uint8Array | undefined;
}

const utf8 = new TextDecoder("utf-8");

function textOf(field: Field): string {
  return utf8.decode(bytesOf(field));
}

function bytesOf({ value }: Field): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new RangeError("a field of another type");
}

function numberOf({ value }: Field): number {
  if (typeof value === "number") return value;
  throw new RangeError("a field of another type");
}

function* fieldsOf(message: Uint8Array): Generator<Field> {
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      const byte = message[position++];
      if (byte === undefined) throw new RangeError("a message cut off");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number too long");
  };
  const skip = (length: number): Uint8Array => {
    if (length > message.length - position) throw new RangeError("a message cut off");
    position += length;
    return message.subarray(position - length, position);
  };
  while (position < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        skip(8);
        yield { number, value: undefined };
        break;
      case 2:
        yield { number, value: skip(varint()) };
        break;
      case 5:
        skip(4);
        yield { number, value: undefined };
        break;
      default:
        throw new RangeError("a field of unknown type");
    }
  }
}
