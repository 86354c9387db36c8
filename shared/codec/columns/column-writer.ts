import { Layout, MAX_COLUMN_DEPTH } from "../format.js";
import { kindOf } from "../kinds.js";
import type { ByteWriter } from "../writer.js";
import { writeByteStrings } from "./bytes.js";
import { isConstant, type Repeated, writeConstant } from "./constant.js";
import { writeGeneric } from "./generic.js";
import { writeListColumn, writeLists } from "./lists.js";
import { writeNumbers } from "./numbers.js";
import { writeRecords } from "./records.js";
import { writeStrings } from "./strings.js";
import { writeTuples } from "./tuples.js";

/**
 * What all columns inside a block may hold together, counted in values, a column counting as many. Data stays below it,
 * or loses nothing but compactness. A cycle, looked at as columns inside columns, would grow without end: it runs out of
 * budget within a second, then goes through the generic layout, which notices cycles.
 */
const BUDGET = 2 ** 24;
const COLUMN_COST = 1024;

/** Writes columns, each in the layout that fits its values; layouts write the columns inside theirs through it. */
export class ColumnWriter {
  readonly out: ByteWriter;
  #depth = 0;
  #budget = BUDGET;

  constructor(out: ByteWriter) {
    this.out = out;
  }

  write(values: readonly unknown[]): void {
    if (!this.#writeInLayout(values)) writeGeneric(this.out, values);
  }

  /** A column inside another. */
  child(values: readonly unknown[]): void {
    this.#inside(values.length, () => this.write(values));
  }

  /** A column of lists inside another, from their lengths and all their elements. */
  childOfLists(lengths: Float64Array, elements: readonly unknown[] | Repeated): void {
    this.#inside(lengths.length, () => writeListColumn(this, lengths, lengths.length, elements));
  }

  /** The column that {@link child} would make of an array of them. */
  childOfConstant({ length, each }: Repeated): void {
    this.#inside(length, () => this.#constant(length, each));
  }

  #inside(count: number, write: () => void): void {
    const frame = this.out.openFrame();
    this.#depth++;
    this.#budget -= count + COLUMN_COST;
    write();
    this.#depth--;
    this.out.closeFrame(frame);
  }

  /** May the values be taken apart into columns that hold `count` values together? Those of the block itself always. */
  affords(count: number): boolean {
    return this.#depth === 0 || (this.#depth < MAX_COLUMN_DEPTH && count <= this.#budget);
  }

  #writeInLayout(values: readonly unknown[]): boolean {
    if (values.length === 0) return false;
    const first = values[0];
    switch (typeof first) {
      case "number":
        return writeNumbers(this.out, values);
      case "string":
        return writeStrings(this.out, values);
      case "object":
        return first === null ? this.#writeConstant(values) : this.#writeObjects(values, first);
      default:
        return this.#writeConstant(values);
    }
  }

  #writeConstant(values: readonly unknown[]): boolean {
    if (!isConstant(values)) return false;
    this.#constant(values.length, values[0]);
    return true;
  }

  #constant(count: number, value: unknown): void {
    this.out.uint8(Layout.constant);
    writeConstant(this.out, count, value);
  }

  #writeObjects(values: readonly unknown[], first: object): boolean {
    switch (kindOf(first)) {
      case "array":
        return writeTuples(this, values) || writeLists(this, values);
      case "object":
        return writeRecords(this, values);
      case "bytes":
        return writeByteStrings(this.out, values);
      default:
        return false;
    }
  }
}
