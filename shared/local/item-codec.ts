import { CorruptDataError } from "../errors/index.js";
import type { Attribute, Item } from "../ports/index.js";
import { checkItem } from "../rules/index.js";

/** Version of the layout, the first byte of every stored item. */
const VERSION = 1;

const KIND = { string: 1, number: 2, false: 3, true: 4, bytes: 5 } as const;

/**
 * Layout: version, then per attribute: kind, length of name (4 bytes), name, length of value (4 bytes), value.
 *
 * @throws {IllegalArgumentError} for a value no table holds. @throws {ValueTooLargeError}
 */
export function encodeItem(item: Item): Uint8Array {
  checkItem(item);
  const parts: Uint8Array[] = [Uint8Array.of(VERSION)];
  for (const [name, value] of Object.entries(item)) {
    const [kind, bytes] = encodeAttribute(value);
    const nameBytes = Buffer.from(name, "utf8");
    const head = Buffer.allocUnsafe(9 + nameBytes.length);
    head.writeUInt8(kind, 0);
    head.writeUInt32LE(nameBytes.length, 1);
    head.set(nameBytes, 5);
    head.writeUInt32LE(bytes.length, 5 + nameBytes.length);
    parts.push(head, bytes);
  }
  return Buffer.concat(parts);
}

/** @throws {CorruptDataError} for a layout this version does not know. */
export function decodeItem(bytes: Uint8Array): Item {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer[0] !== VERSION) throw new CorruptDataError(`An item has the unknown layout version ${buffer[0]}.`);
  const item: Record<string, Attribute> = {};
  let offset = 1;
  while (offset < buffer.length) {
    const kind = buffer.readUInt8(offset);
    const nameEnd = offset + 5 + buffer.readUInt32LE(offset + 1);
    const name = buffer.toString("utf8", offset + 5, nameEnd);
    offset = nameEnd + 4 + buffer.readUInt32LE(nameEnd);
    item[name] = decodeAttribute(kind, buffer.subarray(nameEnd + 4, offset));
  }
  return item;
}

function encodeAttribute(value: Attribute): readonly [number, Uint8Array] {
  if (typeof value === "string") return [KIND.string, Buffer.from(value, "utf8")];
  if (typeof value === "boolean") return [value ? KIND.true : KIND.false, new Uint8Array(0)];
  if (typeof value !== "number") return [KIND.bytes, value];
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleLE(value);
  return [KIND.number, bytes];
}

function decodeAttribute(kind: number, bytes: Buffer): Attribute {
  switch (kind) {
    case KIND.string:
      return bytes.toString("utf8");
    case KIND.number:
      return bytes.readDoubleLE(0);
    case KIND.false:
      return false;
    case KIND.true:
      return true;
    case KIND.bytes:
      return Uint8Array.from(bytes);
    default:
      throw new CorruptDataError(`An attribute has the unknown kind ${kind}.`);
  }
}
