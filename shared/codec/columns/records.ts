import { Layout } from "../format.js";
import { kindOf } from "../kinds.js";
import type { ByteReader } from "../reader.js";
import { readName, writeString } from "../text.js";
import type { ColumnWriter } from "./column-writer.js";
import { CHUNK, type ColumnCursor, type OpenColumn, openChild } from "./cursor.js";

/** Writes the values if all of them are plain objects with the same names in the same order: a column for each name. */
export function writeRecords(columns: ColumnWriter, values: readonly unknown[]): boolean {
  const names = Object.keys(values[0] as object);
  if (names.length === 0 || names.includes("__proto__") || !columns.affords(names.length * values.length)) return false;
  for (let i = 0; i < values.length; i++) if (!hasNames(values[i], names)) return false;
  const records = values as readonly Readonly<Record<string, unknown>>[];
  columns.out.uint8(Layout.records);
  columns.out.varuint(names.length);
  for (const name of names) writeString(columns.out, name);
  for (const name of names) columns.child(records.map((record) => record[name]));
  return true;
}

function hasNames(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== "object" || value === null || kindOf(value) !== "object") return false;
  let i = 0;
  // Unlike Object.keys this allocates nothing. It would visit inherited names as well, but those `names` does not have.
  for (const name in value) if (name !== names[i++]) return false;
  return i === names.length;
}

export class RecordsCursor implements ColumnCursor {
  readonly #from: ByteReader;
  readonly #names: readonly string[];
  readonly #fields: readonly ColumnCursor[];
  readonly #chunks: readonly unknown[][];
  /** Copies of one object share its hidden class, which assigning names one by one would look up each time. */
  readonly #blank: Readonly<Record<string, unknown>>;

  constructor(from: ByteReader, count: number, open: OpenColumn) {
    this.#names = Array.from({ length: from.count(1) }, () => readName(from));
    if (this.#names.length === 0 || this.#names.includes("__proto__")) throw from.corrupt("there are no such records");
    this.#fields = this.#names.map(() => openChild(from, count, open));
    this.#chunks = this.#names.map(() => []);
    this.#blank = Object.fromEntries(this.#names.map((name) => [name, undefined]));
    this.#from = from;
  }

  fill(out: unknown[], count: number): void {
    for (let done = 0; done < count; done += CHUNK) {
      const size = Math.min(count - done, CHUNK);
      this.#fields.forEach((field, i) => {
        field.fill(this.#chunks[i] as unknown[], size);
      });
      for (let i = 0; i < size; i++) out[done + i] = this.#record(i);
    }
  }

  finish(): void {
    for (const field of this.#fields) field.finish();
    this.#from.finish();
  }

  #record(row: number): Record<string, unknown> {
    const names = this.#names;
    const chunks = this.#chunks;
    const record: Record<string, unknown> = { ...this.#blank };
    for (let i = 0; i < names.length; i++) record[names[i] as string] = (chunks[i] as unknown[])[row];
    return record;
  }
}
