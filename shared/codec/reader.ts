import { constants } from "node:buffer";
import { CorruptDataError } from "../errors/index.js";
import { FORMAT_VERSION, MAX_COLUMN_DEPTH } from "./format.js";

/**
 * A cursor over encoded bytes. Everything it hands out was checked to lie inside them; what does not is a
 * {@link CorruptDataError}. Works on shared memory, too.
 */
export class ByteReader {
  readonly bytes: Buffer;
  #view: DataView | undefined;
  position: number;
  readonly end: number;
  /** How many parts this is inside. */
  readonly #depth: number;

  constructor(bytes: Uint8Array, depth = 0) {
    this.bytes = asBuffer(bytes);
    this.position = 0;
    this.end = bytes.byteLength;
    this.#depth = depth;
  }

  /** Made when it is needed: most readers are of a few bytes, and have no number to read that takes a view. */
  get view(): DataView {
    this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.#view;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  uint8(): number {
    if (this.position >= this.end) throw this.truncated(1);
    return this.bytes[this.position++] as number;
  }

  uint32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  float64(): number {
    return this.view.getFloat64(this.skip(8), true);
  }

  varuint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.uint8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
      if (scale > Number.MAX_SAFE_INTEGER) throw this.corrupt("a number has too many bytes");
    }
    if (value > Number.MAX_SAFE_INTEGER) throw this.corrupt("a number is too large");
    return value;
  }

  /** A number of things that take at least `size` bytes each: more than the rest can hold is damage, not a reason to allocate. */
  count(size: number): number {
    const count = this.varuint();
    if (count * size > this.remaining) throw this.truncated(count * size);
    return count;
  }

  /** Steps over `count` bytes and returns where they start. */
  skip(count: number): number {
    const start = this.position;
    if (count > this.end - start) throw this.truncated(count);
    this.position = start + count;
    return start;
  }

  /** A view of the next `count` bytes. */
  view8(count: number): Buffer {
    const start = this.skip(count);
    return this.bytes.subarray(start, start + count);
  }

  /** A copy of the next `count` bytes, with memory of its own. */
  copy(count: number): Uint8Array {
    const copy = new Uint8Array(count);
    copy.set(this.view8(count));
    return copy;
  }

  text(encoding: "latin1" | "utf8" | "utf16le", byteLength: number): string {
    const start = this.skip(byteLength);
    if (byteLength > constants.MAX_STRING_LENGTH) throw this.corrupt("a string is too long");
    return this.bytes.toString(encoding, start, start + byteLength);
  }

  /** A reader of the next `byteLength` bytes alone. */
  part(byteLength: number): ByteReader {
    // One more than columns may nest, for the lengths in the innermost.
    if (this.#depth > MAX_COLUMN_DEPTH)
      throw this.corrupt(`columns are nested more than ${MAX_COLUMN_DEPTH} levels deep`);
    return new ByteReader(this.view8(byteLength), this.#depth + 1);
  }

  /** Header of a block: throws unless it is `magic` and a version that this program knows. */
  header(magic: number, what: string): void {
    if (this.remaining === 0) throw new CorruptDataError(`There are no bytes to read ${what} from.`);
    if (this.uint8() !== magic) throw new CorruptDataError(`These bytes do not start like ${what}.`);
    const version = this.uint8();
    if (version === 0 || version > FORMAT_VERSION) {
      throw new CorruptDataError(
        `These bytes were written in format version ${version}; this program reads versions up to ${FORMAT_VERSION}. ` +
          "Run a program with a newer version of Sluice.",
        { version, supported: FORMAT_VERSION },
      );
    }
  }

  /** Throws unless all bytes have been used. */
  finish(): void {
    if (this.position !== this.end) throw this.corrupt("bytes are left over");
  }

  corrupt(reason: string): CorruptDataError {
    return new CorruptDataError(`The bytes are damaged: ${reason} (byte ${this.position} of ${this.end}).`, {
      position: this.position,
      byteLength: this.end,
    });
  }

  truncated(needed: number): CorruptDataError {
    return this.corrupt(`they end too early, ${needed} more needed and ${this.remaining} left`);
  }
}

/** The same memory as a Buffer, whose text methods also work on shared memory (TextDecoder's do not). */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
