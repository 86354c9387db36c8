import { Layout } from "../format.js";
import type { ByteReader } from "../reader.js";
import { readValue } from "../value-reader.js";
import { writeValue } from "../value-writer.js";
import type { ByteWriter } from "../writer.js";
import type { ColumnCursor } from "./cursor.js";

/** Values of all sorts, one tagged value after the other. */
export function writeGeneric(out: ByteWriter, values: readonly unknown[]): void {
  out.uint8(Layout.generic);
  for (let i = 0; i < values.length; i++) writeValue(out, values[i]);
}

export class GenericCursor implements ColumnCursor {
  readonly #from: ByteReader;

  constructor(from: ByteReader, count: number) {
    if (count > from.remaining) throw from.truncated(count);
    this.#from = from;
  }

  fill(out: unknown[], count: number): void {
    for (let i = 0; i < count; i++) out[i] = readValue(this.#from);
  }

  finish(): void {
    this.#from.finish();
  }
}
