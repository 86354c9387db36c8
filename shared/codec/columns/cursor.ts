import type { ByteReader } from "../reader.js";

/** Values are handled this many at a time: enough to amortise a call, few enough to stay in the cache and die young. */
export const CHUNK = 1024;

/** Reads the values of a column in order, many at a time. */
export interface ColumnCursor {
  /** Puts the next `count` values into `out[0]` to `out[count - 1]`. The caller knows that so many are left. */
  fill(out: unknown[], count: number): void;
  /** After the last value: throws a CorruptDataError unless that used all bytes. */
  finish(): void;
}

/** Opens a column of `count` values that takes all that is left to read. */
export type OpenColumn = (from: ByteReader, count: number) => ColumnCursor;

/** Opens a column inside another: its length in bytes comes first. */
export function openChild(from: ByteReader, count: number, open: OpenColumn): ColumnCursor {
  return open(from.part(from.uint32()), count);
}
