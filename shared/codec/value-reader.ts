import { CorruptDataError } from "../errors/index.js";
import { magnitudeOf } from "./bigints.js";
import { MAX_DEPTH, Tag } from "./format.js";
import { type TypedArray, typedArrayOver } from "./kinds.js";
import type { ByteReader } from "./reader.js";
import { codecNamed } from "./registry.js";
import { isStringTag, readName, readString, readTaggedString } from "./text.js";

/** V8 cannot make a Map or Set larger than this, so none was ever written. */
const MAX_MAP_SIZE = 2 ** 24;
/** V8's largest bigint has 2^30 bits. */
const MAX_BIGINT_BYTES = 2 ** 27;

/** Reads what `writeValue` wrote. `depth` is how deep inside others the value is. */
export function readValue(from: ByteReader, depth = 0): unknown {
  const tag = from.uint8();
  if (tag < Tag.shortString) return tag;
  if (isStringTag(tag)) return readString(from, tag);
  if (tag < Tag.shortObject) return readArray(from, tag - Tag.shortArray, depth);
  if (tag < Tag.undefined) return readProperties(from, {}, tag - Tag.shortObject, depth);
  switch (tag) {
    case Tag.undefined:
      return undefined;
    case Tag.null:
      return null;
    case Tag.false:
      return false;
    case Tag.true:
      return true;
    case Tag.int32:
      return readInt32(from);
    case Tag.float64:
      return from.float64();
    case Tag.bigint64:
      return from.view.getBigInt64(from.skip(8), true);
    case Tag.positiveBigint:
      return readMagnitude(from);
    case Tag.negativeBigint:
      return -readMagnitude(from);
    case Tag.date:
      return new Date(from.float64());
    case Tag.bytes:
      return from.copy(from.count(1));
    case Tag.typedArray:
      return readTypedArray(from);
    case Tag.array:
      return readArray(from, from.count(1), depth);
    case Tag.map:
      return readMap(from, depth);
    case Tag.set:
      return readSet(from, depth);
    case Tag.object:
      return readProperties(from, {}, from.count(2), depth);
    case Tag.nullObject:
      return readProperties(from, Object.create(null), from.count(2), depth);
    case Tag.instance:
      return readInstance(from, depth);
    default:
      throw from.corrupt(`there is no value with tag 0x${tag.toString(16)}`);
  }
}

function readInt32(from: ByteReader): number {
  const zigzag = from.varuint();
  if (zigzag >= 2 ** 32) throw from.corrupt("an integer is too large");
  return (zigzag >>> 1) ^ -(zigzag & 1);
}

function readMagnitude(from: ByteReader): bigint {
  const byteLength = from.count(1);
  if (byteLength > MAX_BIGINT_BYTES) throw from.corrupt("a bigint is too large");
  return magnitudeOf(from.view8(byteLength));
}

function readTypedArray(from: ByteReader): TypedArray {
  const code = from.uint8();
  const array = typedArrayOver(code, from.copy(from.count(1)));
  if (array === undefined) throw from.corrupt("a typed array has an unknown type or part of an element");
  return array;
}

function readArray(from: ByteReader, count: number, depth: number): unknown[] {
  const inner = deeper(from, depth);
  if (count > from.remaining) throw from.truncated(count);
  const array: unknown[] = [];
  for (let i = 0; i < count; i++) array.push(readValue(from, inner));
  return array;
}

function readProperties(
  from: ByteReader,
  object: Record<string, unknown>,
  count: number,
  depth: number,
): Record<string, unknown> {
  const inner = deeper(from, depth);
  for (let i = 0; i < count; i++) {
    const name = readName(from);
    const value = readValue(from, inner);
    // Assigning `__proto__` would set the prototype.
    if (name === "__proto__") Object.defineProperty(object, name, { value, ...OWN });
    else object[name] = value;
  }
  return object;
}

const OWN = { enumerable: true, configurable: true, writable: true };

function readMap(from: ByteReader, depth: number): Map<unknown, unknown> {
  const inner = deeper(from, depth);
  const count = from.count(2);
  if (count > MAX_MAP_SIZE) throw from.corrupt("a Map is too large");
  const map = new Map<unknown, unknown>();
  for (let i = 0; i < count; i++) {
    const key = readValue(from, inner);
    map.set(key, readValue(from, inner));
  }
  return map;
}

function readSet(from: ByteReader, depth: number): Set<unknown> {
  const inner = deeper(from, depth);
  const count = from.count(1);
  if (count > MAX_MAP_SIZE) throw from.corrupt("a Set is too large");
  const set = new Set<unknown>();
  for (let i = 0; i < count; i++) set.add(readValue(from, inner));
  return set;
}

function readInstance(from: ByteReader, depth: number): unknown {
  const name = readTaggedString(from);
  const version = from.varuint();
  const plain = readValue(from, deeper(from, depth));
  const codec = codecNamed(name);
  if (codec === undefined) {
    throw new CorruptDataError(
      `The bytes hold a value written by codec ${JSON.stringify(name)}, which this program does not have: ` +
        "call registerCodec with that name before reading.",
      { codec: name, version },
    );
  }
  if (version > codec.version) {
    throw new CorruptDataError(
      `The bytes hold a value written by version ${version} of codec ${name}; this program has version ${codec.version}.`,
      { codec: name, version, supported: codec.version },
    );
  }
  try {
    return codec.decode(plain, version);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CorruptDataError(
      `Codec ${name} could not decode its version ${version}: ${reason}`,
      { codec: name },
      cause,
    );
  }
}

function deeper(from: ByteReader, depth: number): number {
  if (depth >= MAX_DEPTH) throw from.corrupt(`values are nested more than ${MAX_DEPTH} levels deep`);
  return depth + 1;
}
