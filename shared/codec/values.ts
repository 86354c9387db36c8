import { FORMAT_VERSION, VALUE_MAGIC } from "./format.js";
import { notSerializable, Unencodable } from "./not-serializable.js";
import { ByteReader } from "./reader.js";
import { readValue } from "./value-reader.js";
import { writeValue } from "./value-writer.js";
import { returnWriter, takeWriter } from "./writer.js";

/**
 * The value as bytes. Everything data is made of: undefined, null, booleans, numbers (NaN and −0 too), bigints, strings,
 * dates, bytes, typed arrays, arrays, Maps, Sets, plain objects, instances of classes with a codec. Holes in arrays become
 * `undefined`, Buffers become Uint8Arrays; symbol keys and properties that are not enumerable are left out.
 *
 * @throws NotSerializableError for a function, a symbol, a promise, a cycle, an instance of a class without a codec; says
 * where in the value it is
 * @example
 * decode(encode({ at: new Date(0), tags: new Set(["a"]) })); // { at: new Date(0), tags: new Set(["a"]) }
 */
export function encode(value: unknown): Uint8Array {
  const writer = takeWriter();
  writer.uint8(VALUE_MAGIC);
  writer.uint8(FORMAT_VERSION);
  try {
    writeValue(writer, value);
  } catch (error) {
    throw error instanceof Unencodable ? notSerializable(error, [["", value]]) : error;
  }
  const bytes = writer.copy();
  returnWriter(writer);
  return bytes;
}

/**
 * The value that {@link encode} made the bytes of. Shares no memory with them.
 *
 * @throws CorruptDataError when the bytes are damaged, cut off, of a newer format version, or need a codec that is not
 * registered
 */
export function decode(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes);
  reader.header(VALUE_MAGIC, "a value");
  const value = readValue(reader);
  reader.finish();
  return value;
}
