/**
 * Has a state changed? Decides what is written, so it must never say "no" wrongly.
 *
 * Plain values (primitives, plain objects and lists of them) are deeply frozen when they become state: who mutates them
 * gets an error instead of a change that nobody sees, and the same reference means the same value. Anything else (Map,
 * Set, Date, bytes, registered classes) cannot be frozen, so its encoded bytes are kept and compared.
 */
import { encode } from "../codec/index.js";

/** Deeper values are left to the codec, which says what is wrong with them: a cycle has no end. */
const MAX_PLAIN_DEPTH = 200;

/** True for values that {@link freezeState} can freeze all the way down. */
export function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth === MAX_PLAIN_DEPTH) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) return (value as unknown[]).every((part) => isPlain(part, depth + 1));
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((part) => isPlain(part, depth + 1));
}

/** Freezes a plain value all the way down and returns it. What is frozen already may hold parts that are not. */
export function freezeState<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) freezeState(part);
    Object.freeze(value);
  }
  return value;
}

/** Freezes the value if it is plain, and returns it either way. */
export function freezePlain<T>(value: T): T {
  return typeof value === "object" && value !== null && isPlain(value) ? freezeState(value) : value;
}

/** Are two plain values the same, property order included? (Order is part of what is stored and read back.) */
export function samePlain(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  if (left.length !== right.length) return false;
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  return left.every(([name, value], i) => right[i]?.[0] === name && samePlain(value, right[i][1]));
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** @throws {NotSerializableError} when the state cannot be stored. */
export function stateBytes(value: unknown): Uint8Array {
  return encode(value);
}
