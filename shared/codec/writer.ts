import { ValueTooLargeError } from "../errors/index.js";

const INITIAL_SIZE = 4096;
/** A scratch buffer up to this size is kept for the next call; growing to megabytes anew costs page faults every time. */
const KEPT_SIZE = 32 * 2 ** 20;
/** What one Buffer can hold in every supported Node. */
const MAX_SIZE = 2 ** 32 - 1;
/** From this size on, zeroing fresh memory costs more than a Buffer that is not zeroed. */
const UNZEROED_SIZE = 4096;
const NAN_BITS = 0x7ff8000000000000n;

/**
 * Bytes that grow at the end. All numbers are little-endian. The plain methods make room for what they write; loops over
 * many values {@link reserve} once and store into {@link bytes} themselves.
 */
export class ByteWriter {
  bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_SIZE);
  view = new DataView(this.bytes.buffer);
  position = 0;
  /** The objects that contain the value being written, outermost first: to notice cycles. */
  readonly ancestors: object[] = [];

  /** Makes sure that `count` more bytes fit. */
  reserve(count: number): void {
    if (this.position + count > this.bytes.length) this.#grow(this.position + count);
  }

  uint8(value: number): void {
    this.reserve(1);
    this.bytes[this.position++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.position, value, true);
    this.position += 4;
  }

  /** NaN is always written with the same bits, so that equal values have equal bytes. */
  float64(value: number): void {
    this.reserve(8);
    if (Number.isNaN(value)) this.view.setBigUint64(this.position, NAN_BITS, true);
    else this.view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  /** An integer from 0 to 2^53 − 1 in groups of seven bits, lowest first; every byte but the last has its top bit set. */
  varuint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.position++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.position++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.byteLength);
    this.bytes.set(bytes, this.position);
    this.position += bytes.byteLength;
  }

  /** Four bytes for the length of what comes next: hand the result to {@link closeFrame} when that is written. */
  openFrame(): number {
    this.uint32(0);
    return this.position;
  }

  closeFrame(start: number): void {
    this.view.setUint32(start - 4, this.position - start, true);
  }

  /** A copy of the bytes from `start` on. */
  copy(start = 0): Uint8Array {
    const size = this.position - start;
    // Large memory need not be zeroed first. The Buffer is not handed out: its `slice` would not copy, as callers expect.
    const copy = size < UNZEROED_SIZE ? new Uint8Array(size) : new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
    copy.set(this.bytes.subarray(start, this.position));
    return copy;
  }

  #grow(needed: number): void {
    if (needed > MAX_SIZE) {
      throw new ValueTooLargeError("The encoded values would need more than 4 GiB: use more, smaller partitions.", {
        bytes: needed,
        limit: MAX_SIZE,
      });
    }
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, 2 * this.bytes.length), MAX_SIZE));
    grown.set(this.bytes.subarray(0, this.position));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

let spare: ByteWriter | undefined;

/** An empty writer, warm if possible. A codec that encodes inside an encoding simply gets another one. */
export function takeWriter(): ByteWriter {
  const writer = spare ?? new ByteWriter();
  spare = undefined;
  return writer;
}

/** Gives the writer back when its bytes were copied. One that is lost to an exception is garbage, no more. */
export function returnWriter(writer: ByteWriter): void {
  if (writer.bytes.length > KEPT_SIZE) return;
  writer.position = 0;
  spare = writer;
}
