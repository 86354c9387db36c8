import { Tag } from "./format.js";
import type { ByteReader } from "./reader.js";
import type { ByteWriter } from "./writer.js";

/** V8 knows at once that a one-byte string has no match, so the common case costs nothing. */
const BEYOND_LATIN1 = /[^\0-\xff]/;
/** With the `u` flag surrogates match only where they stand alone, which UTF-8 cannot say. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Shorter strings are written faster here than by a call into native code ... */
const SHORT = 0x20;
/** ... and read faster up to this length. */
const VERY_SHORT = 6;

/** A string as a tagged value: Latin-1 if possible, else UTF-8, and UTF-16 when it has a lone surrogate. */
export function writeString(out: ByteWriter, text: string): void {
  if (text.length < SHORT) {
    if (!writeShortString(out, text)) writeWideString(out, text);
  } else if (BEYOND_LATIN1.test(text)) {
    writeWideString(out, text);
  } else {
    out.uint8(Tag.latin1);
    out.varuint(text.length);
    writeText(out, text, text.length, "latin1");
  }
}

function writeShortString(out: ByteWriter, text: string): boolean {
  const { length } = text;
  out.reserve(length + 1);
  const { bytes, position } = out;
  let all = 0;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    all |= unit;
    bytes[position + 1 + i] = unit;
  }
  if (all > 0xff) return false;
  bytes[position] = Tag.shortString | length;
  out.position = position + 1 + length;
  return true;
}

function writeWideString(out: ByteWriter, text: string): void {
  const lone = LONE_SURROGATE.test(text);
  const byteLength = lone ? 2 * text.length : Buffer.byteLength(text, "utf8");
  out.uint8(lone ? Tag.utf16 : Tag.utf8);
  out.varuint(byteLength);
  writeText(out, text, byteLength, lone ? "utf16le" : "utf8");
}

function writeText(out: ByteWriter, text: string, byteLength: number, encoding: BufferEncoding): void {
  out.reserve(byteLength);
  out.bytes.write(text, out.position, byteLength, encoding);
  out.position += byteLength;
}

/** Is this the tag of a string? */
export function isStringTag(tag: number): boolean {
  return (tag >= Tag.shortString && tag < Tag.shortArray) || (tag >= Tag.latin1 && tag <= Tag.utf16);
}

/** The rest of a string with that tag. */
export function readString(from: ByteReader, tag: number): string {
  if (tag < Tag.shortArray) return readShortString(from, tag - Tag.shortString);
  const byteLength = from.varuint();
  if (tag === Tag.latin1) return from.text("latin1", byteLength);
  if (tag === Tag.utf8) return from.text("utf8", byteLength);
  if (byteLength % 2 !== 0) throw from.corrupt("half a UTF-16 unit");
  return from.text("utf16le", byteLength);
}

/** A string where nothing else can stand. */
export function readTaggedString(from: ByteReader): string {
  const tag = from.uint8();
  if (!isStringTag(tag)) throw from.corrupt("a string was expected");
  return readString(from, tag);
}

function readShortString(from: ByteReader, length: number): string {
  if (length > VERY_SHORT) return from.text("latin1", length);
  const start = from.skip(length);
  let text = "";
  for (let i = start; i < start + length; i++) text += String.fromCharCode(from.bytes[i] as number);
  return text;
}

const NAME_SLOTS = 512;
const names: string[] = new Array(NAME_SLOTS).fill("");

/**
 * The name of a property. Names repeat from object to object: the one seen last with the same ends and length is compared
 * with the bytes in place, and a string made only when they differ.
 */
export function readName(from: ByteReader): string {
  const tag = from.uint8();
  if (tag <= Tag.shortString || tag >= Tag.shortArray) {
    if (!isStringTag(tag)) throw from.corrupt("the name of a property was expected");
    return readString(from, tag);
  }
  const length = tag - Tag.shortString;
  const start = from.skip(length);
  const { bytes } = from;
  const slot = ((bytes[start] as number) * 31 + (bytes[start + length - 1] as number) * 7 + length) % NAME_SLOTS;
  const known = names[slot] as string;
  if (known.length === length) {
    let i = 0;
    while (i < length && known.charCodeAt(i) === bytes[start + i]) i++;
    if (i === length) return known;
  }
  const name = bytes.toString("latin1", start, start + length);
  names[slot] = name;
  return name;
}
