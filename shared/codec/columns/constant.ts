import { MAX_COUNT } from "../format.js";
import { mix } from "../mix.js";
import type { ByteReader } from "../reader.js";
import { readValue } from "../value-reader.js";
import { writeValue } from "../value-writer.js";
import type { ByteWriter } from "../writer.js";
import type { ColumnCursor } from "./cursor.js";

/** The same primitive so many times, without an array of them. */
export interface Repeated {
  readonly each: unknown;
  readonly length: number;
}

/** Are all values the same primitive? NaN is the same as NaN, −0 is not the same as 0. */
export function isConstant(values: readonly unknown[]): boolean {
  const first = values[0];
  if (typeof first === "object" && first !== null) return false;
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], first)) return false;
  return true;
}

/**
 * One value that stands for `count` of them. The number of bytes says nothing about `count`, so it is confirmed by its
 * hash: a damaged count must not make a reader allocate gigabytes.
 */
export function writeConstant(out: ByteWriter, count: number, value: unknown): void {
  out.uint32(mix(count));
  writeValue(out, value);
}

export class ConstantCursor implements ColumnCursor {
  readonly #value: unknown;

  constructor(from: ByteReader, count: number) {
    if (from.uint32() !== mix(count) || count >= MAX_COUNT)
      throw from.corrupt("the number of values was not confirmed");
    this.#value = readValue(from);
    if (typeof this.#value === "object" && this.#value !== null) throw from.corrupt("a constant must be a primitive");
    from.finish();
  }

  fill(out: unknown[], count: number): void {
    const value = this.#value;
    for (let i = 0; i < count; i++) out[i] = value;
  }

  finish(): void {}
}
