import { Layout } from "../format.js";
import type { ByteReader } from "../reader.js";
import type { ByteWriter } from "../writer.js";
import { ConstantCursor } from "./constant.js";
import { CHUNK, type ColumnCursor } from "./cursor.js";
import { Int32Cursor, Uint8Cursor, Uint16Cursor, writeNumberColumn } from "./numbers.js";

/** The lengths of strings or lists, as a column of integers inside another column. */
export function writeLengths(out: ByteWriter, lengths: Float64Array, count: number): void {
  const frame = out.openFrame();
  writeNumberColumn(out, lengths, count);
  out.closeFrame(frame);
}

/** Reads the lengths one by one. */
export class Lengths {
  readonly #from: ByteReader;
  readonly #cursor: ColumnCursor;
  readonly #chunk: number[] = [];
  #next = 0;
  #unread: number;

  constructor(from: ByteReader, count: number) {
    this.#from = from.part(from.uint32());
    this.#cursor = openLengths(this.#from, count);
    this.#unread = count;
  }

  next(): number {
    if (this.#next === this.#chunk.length) this.#refill();
    return this.#chunk[this.#next++] as number;
  }

  finish(): void {
    this.#cursor.finish();
  }

  #refill(): void {
    const count = Math.min(this.#unread, CHUNK);
    this.#unread -= count;
    this.#chunk.length = count;
    this.#cursor.fill(this.#chunk, count);
    for (let i = 0; i < count; i++) {
      const length = this.#chunk[i] as number;
      if ((length | 0) !== length || length < 0) throw this.#from.corrupt("there is no such length");
    }
    this.#next = 0;
  }
}

function openLengths(from: ByteReader, count: number): ColumnCursor {
  if (count === 0) throw from.corrupt("lengths of nothing");
  const layout = from.uint8();
  switch (layout) {
    case Layout.constant:
      return new ConstantCursor(from, count);
    case Layout.uint8:
      return new Uint8Cursor(from, count);
    case Layout.uint16:
      return new Uint16Cursor(from, count);
    case Layout.int32:
      return new Int32Cursor(from, count);
    default:
      throw from.corrupt(`layout ${layout} cannot hold lengths`);
  }
}
