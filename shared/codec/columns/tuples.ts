import { Layout } from "../format.js";
import { kindOf } from "../kinds.js";
import type { ByteReader } from "../reader.js";
import type { ColumnWriter } from "./column-writer.js";
import { CHUNK, type ColumnCursor, type OpenColumn, openChild } from "./cursor.js";

/** Longer arrays that happen to be equally long are lists. */
const MAX_ARITY = 8;

/** Writes the values if all of them are arrays of the same length from 2 to 8: a column for each place. */
export function writeTuples(columns: ColumnWriter, values: readonly unknown[]): boolean {
  const arity = (values[0] as readonly unknown[]).length;
  if (arity < 2 || arity > MAX_ARITY || !columns.affords(arity * values.length)) return false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Array.isArray(value) || value.length !== arity || kindOf(value) !== "array") return false;
  }
  const tuples = values as readonly (readonly unknown[])[];
  openTuples(columns, arity);
  for (let place = 0; place < arity; place++) columns.child(tuples.map((tuple) => tuple[place]));
  return true;
}

/** The head of a column of tuples; a child column for each place follows. */
export function openTuples(columns: ColumnWriter, arity: number): void {
  columns.out.uint8(Layout.tuples);
  columns.out.uint8(arity);
}

export class TuplesCursor implements ColumnCursor {
  /** The columns of the places. */
  readonly places: readonly ColumnCursor[];
  readonly #from: ByteReader;
  readonly #chunks: readonly unknown[][];

  constructor(from: ByteReader, count: number, open: OpenColumn) {
    const arity = from.uint8();
    if (arity < 2 || arity > MAX_ARITY) throw from.corrupt(`there are no tuples of ${arity}`);
    this.places = Array.from({ length: arity }, () => openChild(from, count, open));
    this.#chunks = this.places.map(() => []);
    this.#from = from;
  }

  fill(out: unknown[], count: number): void {
    for (let done = 0; done < count; done += CHUNK) {
      const size = Math.min(count - done, CHUNK);
      this.places.forEach((place, i) => {
        place.fill(this.#chunks[i] as unknown[], size);
      });
      if (this.places.length === 2) this.#pairs(out, done, size);
      else this.#tuples(out, done, size);
    }
  }

  finish(): void {
    for (const place of this.places) place.finish();
    this.#from.finish();
  }

  #pairs(out: unknown[], start: number, count: number): void {
    const [first, second] = this.#chunks as [unknown[], unknown[]];
    for (let i = 0; i < count; i++) out[start + i] = [first[i], second[i]];
  }

  #tuples(out: unknown[], start: number, count: number): void {
    for (let i = 0; i < count; i++) out[start + i] = this.#chunks.map((chunk) => chunk[i]);
  }
}
