/**
 * Hadoop's SequenceFile, version 6, uncompressed: `SEQ` and the version, the class names of keys and values, flags, no
 * metadata, a sync marker; then records of key and value, with a sync marker every now and then, by which readers that
 * begin in the middle find a record. Numbers are big-endian.
 * (https://hadoop.apache.org/docs/stable/api/org/apache/hadoop/io/SequenceFile.html)
 */
import { createHash } from "node:crypto";
import { IllegalArgumentError } from "../../errors/index.js";
import { preview } from "../task-info.js";

/** How a key or value is written: the names stand for Hadoop's Text, LongWritable, and so on. */
export type WritableType = "text" | "long" | "double" | "boolean" | "bytes" | "null";

interface Writable {
  /** Hadoop's name of the class. */
  readonly className: string;
  accepts(value: unknown): boolean;
  write(value: unknown): Uint8Array;
}

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

const WRITABLES: Readonly<Record<WritableType, Writable>> = {
  text: {
    className: "org.apache.hadoop.io.Text",
    accepts: () => true,
    write: (value) => text(String(value)),
  },
  long: {
    className: "org.apache.hadoop.io.LongWritable",
    accepts: (value) =>
      typeof value === "bigint" ? value >= MIN_LONG && value <= MAX_LONG : Number.isSafeInteger(value),
    write(value) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(BigInt(value as number | bigint));
      return bytes;
    },
  },
  double: {
    className: "org.apache.hadoop.io.DoubleWritable",
    accepts: (value) => typeof value === "number",
    write(value) {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value as number);
      return bytes;
    },
  },
  boolean: {
    className: "org.apache.hadoop.io.BooleanWritable",
    accepts: (value) => typeof value === "boolean",
    write: (value) => Uint8Array.of(value === true ? 1 : 0),
  },
  bytes: {
    className: "org.apache.hadoop.io.BytesWritable",
    accepts: (value) => value instanceof Uint8Array,
    write: (value) => Buffer.concat([int((value as Uint8Array).length), value as Uint8Array]),
  },
  null: {
    className: "org.apache.hadoop.io.NullWritable",
    accepts: (value) => value === null || value === undefined,
    write: () => new Uint8Array(0),
  },
};

/** The type that values like this one are written as: by its JavaScript type alone, so that all files of a stream agree. */
export function writableTypeOf(value: unknown): WritableType {
  if (value === null || value === undefined) return "null";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value === "number" || typeof value === "bigint") return "long";
  if (typeof value === "boolean") return "boolean";
  return "text";
}

/** Bytes between sync markers, at least. (Hadoop's default.) */
const SYNC_INTERVAL = 100 * 1024;
const SYNC_BYTES = 16;
/** Stands where a record's length would, before a sync marker. */
const SYNC_ESCAPE = -1;
const VERSION = 6;

/** Writes one file. */
export class SequenceFileWriter {
  readonly #key: Writable;
  readonly #value: Writable;
  readonly #types: { readonly key: WritableType; readonly value: WritableType };
  readonly #sync: Uint8Array;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #lastSync = 0;

  /** @param name Makes the sync marker, which must not be the same in all files. */
  constructor(key: WritableType, value: WritableType, name: string) {
    this.#types = { key, value };
    this.#key = WRITABLES[key];
    this.#value = WRITABLES[value];
    this.#sync = createHash("sha256").update(name).digest().subarray(0, SYNC_BYTES);
    this.#append(Buffer.from("SEQ", "latin1"), Uint8Array.of(VERSION));
    this.#append(text(this.#key.className), text(this.#value.className));
    const compressed = 0;
    const blockCompressed = 0;
    this.#append(Uint8Array.of(compressed, blockCompressed), int(0), this.#sync);
    this.#lastSync = this.#length;
  }

  /** @throws {IllegalArgumentError} when key or value are not of the file's type. */
  append(key: unknown, value: unknown): void {
    const keyBytes = written(this.#key, this.#types.key, "key", key);
    const valueBytes = written(this.#value, this.#types.value, "value", value);
    if (this.#length >= this.#lastSync + SYNC_INTERVAL) {
      this.#append(int(SYNC_ESCAPE), this.#sync);
      this.#lastSync = this.#length;
    }
    this.#append(int(keyBytes.length + valueBytes.length), int(keyBytes.length), keyBytes, valueBytes);
  }

  /** The whole file. */
  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  #append(...chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
    }
  }
}

function written(writable: Writable, type: WritableType, role: "key" | "value", value: unknown): Uint8Array {
  if (writable.accepts(value)) return writable.write(value);
  const wish = typeof value === "number" ? "double" : "text";
  throw new IllegalArgumentError(
    `The ${role} ${preview(value)} cannot be written as "${type}", which is the type of ${role}s in this sequence file: map all ${role}s to one type, or say { ${role}: "${wish}" }.`,
    { role, type },
  );
}

function int(n: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(n);
  return bytes;
}

/** Hadoop's Text: the length in bytes as a {@link vint}, then UTF-8. */
function text(value: string): Uint8Array {
  const utf8 = Buffer.from(value, "utf8");
  return Buffer.concat([vint(utf8.length), utf8]);
}

/** Hadoop's VInt of a number ≥ 0: up to 127 as it is; else one byte that says how many follow, most significant first. */
function vint(n: number): Uint8Array {
  if (n <= 127) return Uint8Array.of(n);
  const bytes: number[] = [];
  for (let rest = n; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Uint8Array.of((-112 - bytes.length) & 0xff, ...bytes);
}
