import { magnitudeBytes } from "./bigints.js";
import { Tag } from "./format.js";
import { kindOf, type TypedArray, typedArrayBytes, typedArrayCode } from "./kinds.js";
import { enter, Unencodable } from "./not-serializable.js";
import { codecOf } from "./registry.js";
import { writeString } from "./text.js";
import type { ByteWriter } from "./writer.js";

/** Any value, as a tag and what belongs to it. */
export function writeValue(out: ByteWriter, value: unknown): void {
  switch (typeof value) {
    case "string":
      writeString(out, value);
      break;
    case "number":
      writeNumber(out, value);
      break;
    case "boolean":
      out.uint8(value ? Tag.true : Tag.false);
      break;
    case "undefined":
      out.uint8(Tag.undefined);
      break;
    case "bigint":
      writeBigint(out, value);
      break;
    case "object":
      if (value === null) out.uint8(Tag.null);
      else writeObject(out, value);
      break;
    default:
      throw new Unencodable(value);
  }
}

function writeNumber(out: ByteWriter, value: number): void {
  const int = value | 0;
  if (int !== value || Object.is(value, -0)) {
    out.uint8(Tag.float64);
    out.float64(value);
  } else if (int >= 0 && int < Tag.shortString) {
    out.uint8(int);
  } else {
    out.uint8(Tag.int32);
    out.varuint(((int << 1) ^ (int >> 31)) >>> 0);
  }
}

function writeBigint(out: ByteWriter, value: bigint): void {
  if (BigInt.asIntN(64, value) === value) {
    out.reserve(9);
    out.bytes[out.position] = Tag.bigint64;
    out.view.setBigInt64(out.position + 1, value, true);
    out.position += 9;
  } else {
    const magnitude = magnitudeBytes(value < 0n ? -value : value);
    out.uint8(value < 0n ? Tag.negativeBigint : Tag.positiveBigint);
    out.varuint(magnitude.byteLength);
    out.raw(magnitude);
  }
}

function writeObject(out: ByteWriter, value: object): void {
  switch (kindOf(value)) {
    case "array":
      writeArray(out, value as unknown[]);
      break;
    case "object":
      writeProperties(out, value as Record<string, unknown>, true);
      break;
    case "nullObject":
      writeProperties(out, value as Record<string, unknown>, false);
      break;
    case "map":
      writeMap(out, value as Map<unknown, unknown>);
      break;
    case "set":
      writeSet(out, value as Set<unknown>);
      break;
    case "date":
      out.uint8(Tag.date);
      out.float64((value as Date).getTime());
      break;
    case "bytes":
      out.uint8(Tag.bytes);
      out.varuint((value as Uint8Array).byteLength);
      out.raw(value as Uint8Array);
      break;
    case "typedArray":
      out.uint8(Tag.typedArray);
      out.uint8(typedArrayCode(value as TypedArray));
      out.varuint((value as TypedArray).byteLength);
      out.raw(typedArrayBytes(value as TypedArray));
      break;
    default:
      writeInstance(out, value);
  }
}

function writeArray(out: ByteWriter, array: readonly unknown[]): void {
  enter(out.ancestors, array);
  writeCount(out, array.length, Tag.shortArray, Tag.array);
  for (let i = 0; i < array.length; i++) writeValue(out, array[i]);
  out.ancestors.pop();
}

function writeProperties(out: ByteWriter, object: Readonly<Record<string, unknown>>, plain: boolean): void {
  enter(out.ancestors, object);
  const names = Object.keys(object);
  if (plain) {
    writeCount(out, names.length, Tag.shortObject, Tag.object);
  } else {
    out.uint8(Tag.nullObject);
    out.varuint(names.length);
  }
  for (const name of names) {
    writeString(out, name);
    writeValue(out, object[name]);
  }
  out.ancestors.pop();
}

function writeMap(out: ByteWriter, map: ReadonlyMap<unknown, unknown>): void {
  enter(out.ancestors, map);
  out.uint8(Tag.map);
  out.varuint(map.size);
  for (const [key, value] of map) {
    writeValue(out, key);
    writeValue(out, value);
  }
  out.ancestors.pop();
}

function writeSet(out: ByteWriter, set: ReadonlySet<unknown>): void {
  enter(out.ancestors, set);
  out.uint8(Tag.set);
  out.varuint(set.size);
  for (const value of set) writeValue(out, value);
  out.ancestors.pop();
}

function writeInstance(out: ByteWriter, value: object): void {
  const codec = codecOf(value);
  if (codec === undefined) throw new Unencodable(value);
  enter(out.ancestors, value);
  out.uint8(Tag.instance);
  writeString(out, codec.name);
  out.varuint(codec.version);
  writeValue(out, codec.encode(value));
  out.ancestors.pop();
}

/** A count below 16 goes into the tag. */
function writeCount(out: ByteWriter, count: number, short: number, long: number): void {
  if (count < 0x10) {
    out.uint8(short | count);
  } else {
    out.uint8(long);
    out.varuint(count);
  }
}
