import { Layout } from "../format.js";
import type { ByteReader } from "../reader.js";
import type { ByteWriter } from "../writer.js";
import { writeConstant } from "./constant.js";
import type { ColumnCursor } from "./cursor.js";

/** Scratch memory up to this many numbers is kept for the next call. */
const KEPT = 2 ** 18;
let scratch = new Float64Array(1024);

/**
 * Room for `count` numbers, used until the next call. Whatever array they come from, the loops over them here see one type
 * only, which keeps them fast.
 */
export function numberScratch(count: number): Float64Array {
  if (count > KEPT) return new Float64Array(count);
  if (count > scratch.length) scratch = new Float64Array(Math.max(count, 2 * scratch.length));
  return scratch;
}

/** Writes the values if all of them are numbers. */
export function writeNumbers(out: ByteWriter, values: readonly unknown[]): boolean {
  const count = values.length;
  const numbers = numberScratch(count);
  for (let i = 0; i < count; i++) {
    const value = values[i];
    if (typeof value !== "number") return false;
    numbers[i] = value;
  }
  writeNumberColumn(out, numbers, count);
  return true;
}

/** The first `count` numbers, in the smallest layout that keeps them exactly. */
export function writeNumberColumn(out: ByteWriter, numbers: Float64Array, count: number): void {
  const layout = layoutOf(numbers, count);
  out.uint8(layout);
  switch (layout) {
    case Layout.constant:
      writeConstant(out, count, numbers[0]);
      break;
    case Layout.uint8:
      writeUint8s(out, numbers, count);
      break;
    case Layout.uint16:
      writeUint16s(out, numbers, count);
      break;
    case Layout.int32:
      writeInt32s(out, numbers, count);
      break;
    default:
      writeFloat64s(out, numbers, count);
  }
}

function layoutOf(numbers: Float64Array, count: number): number {
  const first = numbers[0] as number;
  let same = true;
  let min = first;
  let max = first;
  for (let i = 0; i < count; i++) {
    const value = numbers[i] as number;
    if (same && !Object.is(value, first)) same = false;
    if ((value | 0) !== value || (value === 0 && 1 / value < 0)) {
      return same && isSame(numbers, count) ? Layout.constant : Layout.float64;
    }
    if (value < min) min = value;
    else if (value > max) max = value;
  }
  if (same) return Layout.constant;
  if (min >= 0 && max <= 0xff) return Layout.uint8;
  if (min >= 0 && max <= 0xffff) return Layout.uint16;
  return Layout.int32;
}

function isSame(numbers: Float64Array, count: number): boolean {
  const first = numbers[0];
  for (let i = 1; i < count; i++) if (!Object.is(numbers[i], first)) return false;
  return true;
}

function writeUint8s(out: ByteWriter, numbers: Float64Array, count: number): void {
  out.reserve(count);
  const { bytes, position } = out;
  for (let i = 0; i < count; i++) bytes[position + i] = numbers[i] as number;
  out.position += count;
}

function writeUint16s(out: ByteWriter, numbers: Float64Array, count: number): void {
  out.reserve(2 * count);
  const { view, position } = out;
  for (let i = 0; i < count; i++) view.setUint16(position + 2 * i, numbers[i] as number, true);
  out.position += 2 * count;
}

function writeInt32s(out: ByteWriter, numbers: Float64Array, count: number): void {
  out.reserve(4 * count);
  const { view, position } = out;
  for (let i = 0; i < count; i++) view.setInt32(position + 4 * i, numbers[i] as number, true);
  out.position += 4 * count;
}

function writeFloat64s(out: ByteWriter, numbers: Float64Array, count: number): void {
  out.reserve(8 * count);
  for (let i = 0; i < count; i++) out.float64(numbers[i] as number);
}

/** Numbers of `width` bytes each, which take all that is left to read. */
abstract class FixedWidthCursor {
  protected readonly from: ByteReader;

  constructor(from: ByteReader, count: number, width: number) {
    if (from.remaining !== count * width) throw from.corrupt(`${count * width} bytes of numbers were expected`);
    this.from = from;
  }

  finish(): void {
    this.from.finish();
  }
}

export class Uint8Cursor extends FixedWidthCursor implements ColumnCursor {
  constructor(from: ByteReader, count: number) {
    super(from, count, 1);
  }

  fill(out: unknown[], count: number): void {
    const { bytes } = this.from;
    const start = this.from.skip(count);
    for (let i = 0; i < count; i++) out[i] = bytes[start + i];
  }
}

export class Uint16Cursor extends FixedWidthCursor implements ColumnCursor {
  constructor(from: ByteReader, count: number) {
    super(from, count, 2);
  }

  fill(out: unknown[], count: number): void {
    const { view } = this.from;
    const start = this.from.skip(2 * count);
    for (let i = 0; i < count; i++) out[i] = view.getUint16(start + 2 * i, true);
  }
}

export class Int32Cursor extends FixedWidthCursor implements ColumnCursor {
  constructor(from: ByteReader, count: number) {
    super(from, count, 4);
  }

  fill(out: unknown[], count: number): void {
    const { view } = this.from;
    const start = this.from.skip(4 * count);
    for (let i = 0; i < count; i++) out[i] = view.getInt32(start + 4 * i, true);
  }
}

export class Float64Cursor extends FixedWidthCursor implements ColumnCursor {
  constructor(from: ByteReader, count: number) {
    super(from, count, 8);
  }

  fill(out: unknown[], count: number): void {
    const { view } = this.from;
    const start = this.from.skip(8 * count);
    for (let i = 0; i < count; i++) out[i] = view.getFloat64(start + 8 * i, true);
  }
}
