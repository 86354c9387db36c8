import { Layout } from "../format.js";
import { kindOf } from "../kinds.js";
import type { ByteReader } from "../reader.js";
import type { ColumnWriter } from "./column-writer.js";
import type { Repeated } from "./constant.js";
import { type ColumnCursor, type OpenColumn, openChild } from "./cursor.js";
import { Lengths, writeLengths } from "./lengths.js";
import { numberScratch } from "./numbers.js";

/** Writes the values if all of them are arrays: their lengths, then one column of all elements. */
export function writeLists(columns: ColumnWriter, values: readonly unknown[]): boolean {
  const count = values.length;
  const lengths = numberScratch(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i];
    if (!Array.isArray(value) || kindOf(value) !== "array") return false;
    lengths[i] = value.length;
    total += value.length;
  }
  if (!columns.affords(total)) return false;
  writeListColumn(columns, lengths, count, concatenate(values as readonly unknown[][]));
  return true;
}

/** A column of `count` lists: the first so many lengths, and all elements one list after the other. */
export function writeListColumn(
  columns: ColumnWriter,
  lengths: Float64Array,
  count: number,
  elements: readonly unknown[] | Repeated,
): void {
  columns.out.uint8(Layout.lists);
  columns.out.varuint(elements.length);
  writeLengths(columns.out, lengths, count);
  if ("each" in elements) columns.childOfConstant(elements);
  else columns.child(elements);
}

function concatenate(lists: readonly unknown[][]): unknown[] {
  const all: unknown[] = [];
  for (const list of lists) for (let i = 0; i < list.length; i++) all.push(list[i]);
  return all;
}

export class ListsCursor implements ColumnCursor {
  readonly #from: ByteReader;
  readonly #lengths: Lengths;
  readonly #elements: ColumnCursor;
  #unread: number;

  constructor(from: ByteReader, count: number, open: OpenColumn) {
    this.#unread = from.varuint();
    this.#lengths = new Lengths(from, count);
    this.#elements = openChild(from, this.#unread, open);
    this.#from = from;
  }

  fill(out: unknown[], count: number): void {
    for (let i = 0; i < count; i++) {
      const length = this.#lengths.next();
      this.#unread -= length;
      if (this.#unread < 0) throw this.#from.corrupt("lists have more elements than there are");
      const list = new Array<unknown>(length);
      this.#elements.fill(list, length);
      out[i] = list;
    }
  }

  finish(): void {
    if (this.#unread !== 0) throw this.#from.corrupt("elements are left over");
    this.#lengths.finish();
    this.#elements.finish();
    this.#from.finish();
  }
}
