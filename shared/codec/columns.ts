import { IllegalArgumentError } from "../errors/index.js";
import { ColumnWriter } from "./columns/column-writer.js";
import type { Repeated } from "./columns/constant.js";
import { CHUNK, type ColumnCursor } from "./columns/cursor.js";
import { openColumn } from "./columns/open-column.js";
import { openTuples, TuplesCursor } from "./columns/tuples.js";
import { COLUMN_MAGIC, FORMAT_VERSION, MAX_COUNT } from "./format.js";
import { notSerializable, Unencodable } from "./not-serializable.js";
import { ByteReader } from "./reader.js";
import { type ByteWriter, returnWriter, takeWriter } from "./writer.js";

export type { Repeated } from "./columns/constant.js";

/** Makes room for a result of exactly so many bytes, in shared memory for example. */
export type Allocate = (byteLength: number) => Uint8Array;

/**
 * Many values as one block of bytes. Looks at them once and picks a layout: a column of ones takes a few bytes, numbers
 * their width, strings are joined, lists and records are taken apart into columns again.
 *
 * @param allocate where the block is to be; default is new memory
 * @throws NotSerializableError as for `encode`; paths begin with the index of the value
 */
export function encodeColumn(values: readonly unknown[], allocate?: Allocate): Uint8Array {
  const writer = startBlock(values.length);
  try {
    new ColumnWriter(writer).write(values);
  } catch (error) {
    throw error instanceof Unencodable ? notSerializable(error, indexed(values)) : error;
  }
  return endBlock(writer, allocate);
}

/**
 * The block that {@link encodeColumn} would make of the tuples `[keys[i], values[i]]`, without making the tuples.
 *
 * @throws IllegalArgumentError when there are not as many values as keys
 * @throws NotSerializableError as for `encode`; paths begin with the index of the pair
 */
export function encodePairs(keys: readonly unknown[], values: readonly unknown[], allocate?: Allocate): Uint8Array {
  if (keys.length !== values.length) {
    throw new IllegalArgumentError(`${keys.length} keys and ${values.length} values do not make pairs.`);
  }
  return encodeKeyed(
    keys,
    (columns) => columns.child(values),
    () => indexedPairs(keys, values),
    allocate,
  );
}

/**
 * The block of the pairs `[keys[i], list i]`, where list i has `lengths[i]` elements and all lists' elements follow one
 * another in `elements`, which may be one value and how many of it there are: groups without a list each. They read as those of {@link encodePairs} do.
 *
 * @throws NotSerializableError as for `encode`; paths begin with the index of the key or of the element
 */
export function encodeGroups(
  keys: readonly unknown[],
  lengths: Float64Array,
  elements: readonly unknown[] | Repeated,
  allocate?: Allocate,
): Uint8Array {
  return encodeKeyed(
    keys,
    (columns) => columns.childOfLists(lengths, elements),
    () => indexed("each" in elements ? [elements.each] : elements),
    allocate,
  );
}

/** A block of pairs: the column of keys, and the column of values that `writeValues` writes. */
function encodeKeyed(
  keys: readonly unknown[],
  writeValues: (columns: ColumnWriter) => void,
  values: () => ReturnType<typeof indexed>,
  allocate: Allocate | undefined,
): Uint8Array {
  const writer = startBlock(keys.length);
  try {
    const columns = new ColumnWriter(writer);
    if (keys.length === 0) {
      columns.write(keys);
    } else {
      openTuples(columns, 2);
      columns.child(keys);
      writeValues(columns);
    }
  } catch (error) {
    throw error instanceof Unencodable ? notSerializable(error, values()) : error;
  }
  return endBlock(writer, allocate);
}

/**
 * All values of a block.
 *
 * @throws CorruptDataError as for `decode`
 */
export function decodeColumn(bytes: Uint8Array): unknown[] {
  const { cursor, count } = openBlock(bytes);
  return readAll(cursor, count);
}

/**
 * Calls `f` with each value of a block in turn. They are decoded a thousand at a time: there is never an array of all.
 *
 * @throws CorruptDataError as for `decode`, perhaps after some calls
 */
export function forEachInColumn(bytes: Uint8Array, f: (value: unknown) => void): void {
  const { cursor, count } = openBlock(bytes);
  const chunk: unknown[] = [];
  for (let done = 0; done < count; done += CHUNK) {
    const size = Math.min(count - done, CHUNK);
    cursor.fill(chunk, size);
    for (let i = 0; i < size; i++) f(chunk[i]);
  }
  cursor.finish();
}

/**
 * Calls `f` with each pair of a block in turn, without making tuples.
 *
 * @throws CorruptDataError as for `decode`, or when the block holds something else than pairs
 */
export function forEachPair(bytes: Uint8Array, f: (key: unknown, value: unknown) => void): void {
  const { cursor, places, count } = openPairs(bytes);
  const keys: unknown[] = [];
  const values: unknown[] = [];
  for (let done = 0; done < count; done += CHUNK) {
    const size = Math.min(count - done, CHUNK);
    places[0].fill(keys, size);
    places[1].fill(values, size);
    for (let i = 0; i < size; i++) f(keys[i], values[i]);
  }
  cursor.finish();
}

/**
 * All keys and all values of a block of pairs.
 *
 * @throws CorruptDataError as for `decode`, or when the block holds something else than pairs
 */
export function decodePairs(bytes: Uint8Array): { keys: unknown[]; values: unknown[] } {
  const { cursor, places, count } = openPairs(bytes);
  const keys = new Array<unknown>(count);
  const values = new Array<unknown>(count);
  places[0].fill(keys, count);
  places[1].fill(values, count);
  cursor.finish();
  return { keys, values };
}

/**
 * How many values a block holds: reads its first bytes only.
 *
 * @throws CorruptDataError when they are not the first bytes of a block
 */
export function columnLength(bytes: Uint8Array): number {
  return readHeader(new ByteReader(bytes));
}

function startBlock(count: number): ByteWriter {
  const writer = takeWriter();
  writer.uint8(COLUMN_MAGIC);
  writer.uint8(FORMAT_VERSION);
  writer.varuint(count);
  return writer;
}

function endBlock(writer: ByteWriter, allocate: Allocate | undefined): Uint8Array {
  const bytes = allocate === undefined ? writer.copy() : copyInto(allocate(writer.position), writer);
  returnWriter(writer);
  return bytes;
}

function copyInto(target: Uint8Array, writer: ByteWriter): Uint8Array {
  if (target.byteLength !== writer.position) {
    throw new IllegalArgumentError(
      `The allocator was asked for ${writer.position} bytes and returned ${target.byteLength}.`,
    );
  }
  target.set(writer.bytes.subarray(0, writer.position));
  return target;
}

function readHeader(reader: ByteReader): number {
  reader.header(COLUMN_MAGIC, "a column");
  const count = reader.varuint();
  if (count >= MAX_COUNT) throw reader.corrupt("a column cannot be that long");
  return count;
}

function openBlock(bytes: Uint8Array): { cursor: ColumnCursor; count: number } {
  const reader = new ByteReader(bytes);
  const count = readHeader(reader);
  return { cursor: openColumn(reader, count), count };
}

function openPairs(bytes: Uint8Array): {
  cursor: ColumnCursor;
  places: readonly [ColumnCursor, ColumnCursor];
  count: number;
} {
  const reader = new ByteReader(bytes);
  const count = readHeader(reader);
  const cursor = openColumn(reader, count);
  if (cursor instanceof TuplesCursor && cursor.places.length === 2) {
    return { cursor, places: cursor.places as unknown as [ColumnCursor, ColumnCursor], count };
  }
  if (count > 0) throw reader.corrupt("pairs were expected, the block holds something else");
  return { cursor, places: [cursor, cursor], count };
}

function readAll(cursor: ColumnCursor, count: number): unknown[] {
  const values = new Array<unknown>(count);
  cursor.fill(values, count);
  cursor.finish();
  return values;
}

function* indexed(values: readonly unknown[]): Generator<[path: string, value: unknown]> {
  for (const [index, value] of values.entries()) yield [`[${index}]`, value];
}

function* indexedPairs(
  keys: readonly unknown[],
  values: readonly unknown[],
): Generator<[path: string, value: unknown]> {
  for (const [index, key] of keys.entries()) {
    yield [`[${index}][0]`, key];
    yield [`[${index}][1]`, values[index]];
  }
}
