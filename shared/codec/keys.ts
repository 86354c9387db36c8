import { BadPairError } from "../errors/index.js";
import { compareStrings } from "./compare-strings.js";
import { hashBytes, hashNumber, hashString } from "./hash.js";
import { writeKey } from "./key-writer.js";
import { kindOf } from "./kinds.js";
import { notSerializable, Unencodable } from "./not-serializable.js";
import { type ByteWriter, returnWriter, takeWriter } from "./writer.js";

/** A key that a JavaScript Map compares just as we do. */
export type PrimitiveKey = string | number | boolean | bigint | null;

/** Can the key be used in a JavaScript Map as it is? */
export function isPrimitiveKey(key: unknown): key is PrimitiveKey {
  switch (typeof key) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return true;
    default:
      return key === null;
  }
}

/**
 * Throws unless the key is one. `where` says what was about to use it, `reduceByKey` for example.
 *
 * @throws BadPairError when the key is `undefined`
 */
export function assertKey(key: unknown, where: string): void {
  if (key === undefined) {
    throw new BadPairError(`${where}: the key of a pair must not be undefined. Use null, or drop such pairs before.`, {
      where,
    });
  }
}

/**
 * The canonical bytes of a key. They are equal exactly when the keys are: by value, −0 like 0, NaN like itself, objects in
 * whatever order their properties are, Maps and Sets in whatever order they were filled; 1, 1n, "1" and true all differ.
 * No key's bytes begin with those of another, and they are ordered as {@link compareKeys} orders the keys.
 *
 * @throws NotSerializableError as for `encode`
 */
export function keyBytes(key: unknown): Uint8Array {
  return withKeyBytes(key, (writer) => writer.copy());
}

/** The canonical bytes as a string of Latin-1 characters: a composite key that a JavaScript Map can compare. */
export function keyString(key: unknown): string {
  return withKeyBytes(key, ({ bytes, position }) => bytes.toString("latin1", 0, position));
}

/**
 * The key's hash, from 0 to 2^32 − 1. Equal keys have the same hash, in every process and in every release: state is
 * partitioned by it.
 *
 * @throws NotSerializableError as for `encode`
 */
export function hashKey(key: unknown): number {
  if (typeof key === "string") return hashString(key);
  if (typeof key === "number") return hashNumber(key);
  return withKeyBytes(key, ({ bytes, position }) => hashBytes(bytes, position));
}

/**
 * Orders keys: negative when `a` comes first, 0 when they are equal, positive when `b` comes first. By type first
 * (undefined, null, booleans, numbers, bigints, dates, strings, bytes, typed arrays, arrays, objects, Maps, Sets,
 * instances); then numbers, bigints and dates by size with NaN last, strings by code points, arrays element by element.
 *
 * @throws NotSerializableError as for `encode`
 */
export function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  if (typeof a === "number" && typeof b === "number") return compareNumbers(a, b);
  if (isArray(a) && isArray(b)) return compareArrays(a, b);
  return Buffer.compare(keyBytes(a), keyBytes(b));
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Primitive elements are compared as they are; bytes are made from where others begin. */
function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order =
      isPrimitiveKey(a[i]) && isPrimitiveKey(b[i])
        ? compareKeys(a[i], b[i])
        : Buffer.compare(keyBytes(a[i]), keyBytes(b[i]));
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

function isArray(key: unknown): key is readonly unknown[] {
  return Array.isArray(key) && kindOf(key) === "array";
}

function withKeyBytes<T>(key: unknown, use: (writer: ByteWriter) => T): T {
  const writer = takeWriter();
  try {
    writeKey(writer, key);
  } catch (error) {
    throw error instanceof Unencodable ? notSerializable(error, [["", key]]) : error;
  }
  const result = use(writer);
  returnWriter(writer);
  return result;
}
