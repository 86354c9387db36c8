import { Layout } from "../format.js";
import { kindOf } from "../kinds.js";
import type { ByteReader } from "../reader.js";
import type { ByteWriter } from "../writer.js";
import type { ColumnCursor } from "./cursor.js";
import { Lengths, writeLengths } from "./lengths.js";
import { numberScratch } from "./numbers.js";

/** Writes the values if all of them are bytes (records as they come from a stream): their lengths, then all bytes. */
export function writeByteStrings(out: ByteWriter, values: readonly unknown[]): boolean {
  const count = values.length;
  const lengths = numberScratch(count);
  for (let i = 0; i < count; i++) {
    const value = values[i];
    if (typeof value !== "object" || value === null || kindOf(value) !== "bytes") return false;
    lengths[i] = (value as Uint8Array).byteLength;
  }
  out.uint8(Layout.bytes);
  writeLengths(out, lengths, count);
  for (let i = 0; i < count; i++) out.raw(values[i] as Uint8Array);
  return true;
}

export class ByteStringsCursor implements ColumnCursor {
  readonly #from: ByteReader;
  readonly #lengths: Lengths;

  constructor(from: ByteReader, count: number) {
    this.#lengths = new Lengths(from, count);
    this.#from = from;
  }

  fill(out: unknown[], count: number): void {
    for (let i = 0; i < count; i++) out[i] = this.#from.copy(this.#lengths.next());
  }

  finish(): void {
    this.#lengths.finish();
    this.#from.finish();
  }
}
