import { Layout } from "../format.js";
import type { ByteReader } from "../reader.js";
import { readTaggedString, writeString } from "../text.js";
import type { ByteWriter } from "../writer.js";
import { writeConstant } from "./constant.js";
import type { ColumnCursor } from "./cursor.js";
import { Lengths, writeLengths } from "./lengths.js";
import { numberScratch } from "./numbers.js";

/**
 * Strings are joined to texts of about this many characters. One native call makes a text, and its strings are cut out of
 * it in JavaScript. A string that is kept keeps its text in memory, so texts must not be large; and one odd character makes
 * only its own text leave Latin-1.
 */
const TEXT_LENGTH = 0x4000;

/** Writes the values if all of them are strings. */
export function writeStrings(out: ByteWriter, values: readonly unknown[]): boolean {
  const count = values.length;
  const first = values[0];
  const lengths = numberScratch(count);
  let same = true;
  for (let i = 0; i < count; i++) {
    const value = values[i];
    if (typeof value !== "string") return false;
    lengths[i] = value.length;
    if (same && value !== first) same = false;
  }
  if (same) {
    out.uint8(Layout.constant);
    writeConstant(out, count, first);
  } else {
    out.uint8(Layout.strings);
    writeLengths(out, lengths, count);
    writeTexts(out, values as readonly string[]);
  }
  return true;
}

function writeTexts(out: ByteWriter, strings: readonly string[]): void {
  let text = "";
  for (let i = 0; i < strings.length; i++) {
    text += strings[i];
    if (text.length >= TEXT_LENGTH) {
      writeString(out, text);
      text = "";
    }
  }
  if (text !== "") writeString(out, text);
}

export class StringsCursor implements ColumnCursor {
  readonly #from: ByteReader;
  readonly #lengths: Lengths;
  #text = "";
  #position = 0;

  constructor(from: ByteReader, count: number) {
    this.#lengths = new Lengths(from, count);
    this.#from = from;
  }

  fill(out: unknown[], count: number): void {
    const lengths = this.#lengths;
    let text = this.#text;
    let start = this.#position;
    for (let i = 0; i < count; i++) {
      let end = start + lengths.next();
      if (end > text.length) {
        if (start !== text.length) throw this.#from.corrupt("a string crosses the end of its text");
        text = readTaggedString(this.#from);
        end -= start;
        start = 0;
        if (end > text.length) throw this.#from.corrupt("a string is longer than its text");
      }
      out[i] = text.substring(start, end);
      start = end;
    }
    this.#text = text;
    this.#position = start;
  }

  finish(): void {
    if (this.#position !== this.#text.length) throw this.#from.corrupt("text is left over");
    this.#lengths.finish();
    this.#from.finish();
  }
}
