/**
 * Object files: elements in the value codec, behind a header that says what they are. The bytes are described in
 * docs/outputs.md.
 */
import { encodeColumn, forEachInColumn } from "../../codec/index.js";
import { CorruptDataError } from "../../errors/index.js";

const MAGIC = Buffer.from("SLUICEOB", "latin1");
const VERSION = 1;
const HEADER_BYTES = MAGIC.length + 2;
const LENGTH_BYTES = 4;

/** A whole file with these elements. */
export function encodeObjectFile(elements: readonly unknown[]): Uint8Array {
  return objectFileOf(encodeColumn(elements));
}

/** A whole file around a column of elements. */
export function objectFileOf(column: Uint8Array): Uint8Array {
  const file = Buffer.alloc(HEADER_BYTES + LENGTH_BYTES + column.byteLength);
  MAGIC.copy(file);
  file.writeUInt16LE(VERSION, MAGIC.length);
  file.writeUInt32LE(column.byteLength, HEADER_BYTES);
  file.set(column, HEADER_BYTES + LENGTH_BYTES);
  return file;
}

/** A file without elements. */
export function emptyObjectFile(): Uint8Array {
  return encodeObjectFile([]);
}

/**
 * Calls `visit` for every element of the file.
 * @throws {CorruptDataError} when the bytes are no object file, are damaged, or were written by a newer version.
 */
export function readObjectFile(bytes: Uint8Array, path: string, visit: (element: unknown) => void): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < HEADER_BYTES || !file.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new CorruptDataError(`${path} is not an object file: read it as what it is, for example with textFile.`, {
      path,
    });
  }
  const version = file.readUInt16LE(MAGIC.length);
  if (version !== VERSION) {
    throw new CorruptDataError(
      `${path} is an object file of version ${version}, but this version of Sluice reads version ${VERSION}.`,
      { path, version },
    );
  }
  for (let at = HEADER_BYTES; at < file.length; ) {
    const start = at + LENGTH_BYTES;
    const end = start <= file.length ? start + file.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (end > file.length) throw new CorruptDataError(`${path} ends in the middle of its elements.`, { path });
    forEachInColumn(file.subarray(start, end), visit);
    at = end;
  }
}
