import { magnitudeBytes } from "./bigints.js";
import { compareStrings } from "./compare-strings.js";
import { kindOf, type TypedArray, typedArrayBytes, typedArrayCode } from "./kinds.js";
import { enter, Unencodable } from "./not-serializable.js";
import { codecOf } from "./registry.js";
import type { ByteWriter } from "./writer.js";

/** First bytes of canonical keys: their order is the order of the types. 0 ends what has a variable length. */
export const KeyTag = {
  end: 0x00,
  undefined: 0x01,
  null: 0x02,
  false: 0x03,
  true: 0x04,
  number: 0x05,
  bigint: 0x06,
  date: 0x07,
  string: 0x08,
  bytes: 0x09,
  typedArray: 0x0a,
  array: 0x0b,
  object: 0x0c,
  map: 0x0d,
  set: 0x0e,
  instance: 0x0f,
} as const;

/**
 * The canonical bytes of a key:
 *
 * K1. Two keys are equal exactly when their bytes are.
 * K2. No key's bytes begin with another key's bytes.
 * K3. Bytes compare as the keys do: numbers and bigints by size, strings by code points, arrays element by element.
 */
export function writeKey(out: ByteWriter, key: unknown): void {
  switch (typeof key) {
    case "string":
      writeText(out, key);
      break;
    case "number":
      writeNumber(out, KeyTag.number, key);
      break;
    case "boolean":
      out.uint8(key ? KeyTag.true : KeyTag.false);
      break;
    case "undefined":
      out.uint8(KeyTag.undefined);
      break;
    case "bigint":
      writeBigint(out, key);
      break;
    case "object":
      if (key === null) out.uint8(KeyTag.null);
      else writeObject(out, key);
      break;
    default:
      throw new Unencodable(key);
  }
}

/** Big-endian with the sign bit flipped, and all bits when it was set: so bytes order as numbers do, NaN last. */
function writeNumber(out: ByteWriter, tag: number, value: number): void {
  out.reserve(9);
  const { bytes, view, position } = out;
  bytes[position] = tag;
  if (Number.isNaN(value)) {
    view.setBigUint64(position + 1, 0xfff8000000000000n);
  } else {
    view.setFloat64(position + 1, value === 0 ? 0 : value);
    const high = view.getInt32(position + 1);
    if (high < 0) {
      view.setInt32(position + 1, ~high);
      view.setInt32(position + 5, ~view.getInt32(position + 5));
    } else {
      view.setInt32(position + 1, high ^ 0x80000000);
    }
  }
  out.position = position + 9;
}

/** The sign and number of bytes in one big-endian number, then the magnitude, inverted when negative. */
function writeBigint(out: ByteWriter, value: bigint): void {
  const magnitude = magnitudeBytes(value < 0n ? -value : value);
  const size = magnitude.byteLength;
  out.reserve(5 + size);
  const { bytes, view, position } = out;
  bytes[position] = KeyTag.bigint;
  view.setUint32(position + 1, 0x80000000 + (value < 0n ? -size : size));
  const invert = value < 0n ? 0xff : 0;
  for (let i = 0; i < size; i++) bytes[position + 5 + i] = (magnitude[i] as number) ^ invert;
  out.position = position + 5 + size;
}

/** UTF-8, lone surrogates as if they were characters, 0 and 1 escaped so that 0 can end it. */
function writeText(out: ByteWriter, text: string): void {
  const { length } = text;
  out.reserve(2 + 3 * length);
  const { bytes } = out;
  let at = out.position;
  bytes[at++] = KeyTag.string;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (unit <= 1) bytes[at++] = 1;
      bytes[at++] = unit <= 1 ? unit + 1 : unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      const point = text.codePointAt(i) as number;
      if (point > 0xffff) {
        i++;
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
      } else {
        bytes[at++] = 0xe0 | (point >> 12);
      }
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[at++] = 0x80 | (point & 0x3f);
    }
  }
  bytes[at++] = KeyTag.end;
  out.position = at;
}

function writeBytes(out: ByteWriter, content: Uint8Array): void {
  out.reserve(2 * content.byteLength + 1);
  const { bytes } = out;
  let at = out.position;
  for (let i = 0; i < content.byteLength; i++) {
    const byte = content[i] as number;
    if (byte <= 1) bytes[at++] = 1;
    bytes[at++] = byte <= 1 ? byte + 1 : byte;
  }
  bytes[at++] = KeyTag.end;
  out.position = at;
}

function writeObject(out: ByteWriter, key: object): void {
  switch (kindOf(key)) {
    case "array":
      writeArray(out, key as unknown[]);
      break;
    case "object":
    case "nullObject":
      writeProperties(out, key as Record<string, unknown>);
      break;
    case "map":
      writeMap(out, key as Map<unknown, unknown>);
      break;
    case "set":
      writeSet(out, key as Set<unknown>);
      break;
    case "date":
      writeNumber(out, KeyTag.date, (key as Date).getTime());
      break;
    case "bytes":
      out.uint8(KeyTag.bytes);
      writeBytes(out, key as Uint8Array);
      break;
    case "typedArray":
      out.uint8(KeyTag.typedArray);
      out.uint8(typedArrayCode(key as TypedArray));
      writeBytes(out, typedArrayBytes(key as TypedArray));
      break;
    default:
      writeInstance(out, key);
  }
}

function writeArray(out: ByteWriter, array: readonly unknown[]): void {
  enter(out.ancestors, array);
  out.uint8(KeyTag.array);
  for (let i = 0; i < array.length; i++) writeKey(out, array[i]);
  out.uint8(KeyTag.end);
  out.ancestors.pop();
}

function writeProperties(out: ByteWriter, object: Readonly<Record<string, unknown>>): void {
  enter(out.ancestors, object);
  out.uint8(KeyTag.object);
  for (const name of Object.keys(object).sort(compareStrings)) {
    writeText(out, name);
    writeKey(out, object[name]);
  }
  out.uint8(KeyTag.end);
  out.ancestors.pop();
}

function writeMap(out: ByteWriter, map: ReadonlyMap<unknown, unknown>): void {
  enter(out.ancestors, map);
  out.uint8(KeyTag.map);
  writeSorted(out, map, ([key, value]) => {
    writeKey(out, key);
    writeKey(out, value);
  });
  out.ancestors.pop();
}

function writeSet(out: ByteWriter, set: ReadonlySet<unknown>): void {
  enter(out.ancestors, set);
  out.uint8(KeyTag.set);
  writeSorted(out, set, (element) => writeKey(out, element));
  out.ancestors.pop();
}

/** Writes each item, then puts what was written in the order of its bytes. */
function writeSorted<T>(out: ByteWriter, items: Iterable<T>, write: (item: T) => void): void {
  const start = out.position;
  const parts: Uint8Array[] = [];
  for (const item of items) {
    const from = out.position;
    write(item);
    parts.push(out.copy(from));
  }
  out.position = start;
  for (const part of parts.sort(Buffer.compare)) out.raw(part);
  out.uint8(KeyTag.end);
}

/** The codec's version is no part of the key: keys stay equal when the class moves on and its plain form stays. */
function writeInstance(out: ByteWriter, key: object): void {
  const codec = codecOf(key);
  if (codec === undefined) throw new Unencodable(key);
  enter(out.ancestors, key);
  out.uint8(KeyTag.instance);
  writeText(out, codec.name);
  writeKey(out, codec.encode(key));
  out.ancestors.pop();
}
