import { mix } from "./mix.js";

/**
 * Hashes for partitioning: MurmurHash3 (x86, 32 bits), with a seed for each kind of key. Stored state depends on every
 * number in this file.
 */
const STRING_SEED = 0x736c7563;
const NUMBER_SEED = 0x9e3779b9;
const BYTES_SEED = 0x6b657973;

/** The hash of a string: that of its UTF-16 units as little-endian bytes. */
export function hashString(text: string): number {
  const { length } = text;
  let h = STRING_SEED;
  let i = 1;
  for (; i < length; i += 2) h = absorb(h, text.charCodeAt(i - 1) | (text.charCodeAt(i) << 16));
  if (i === length) h ^= scramble(text.charCodeAt(i - 1));
  return mix(h ^ (2 * length));
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** The hash of a number; −0 has that of 0, and all NaNs have the same. Different integers of 32 bits have different ones. */
export function hashNumber(value: number): number {
  const int = value | 0;
  if (int === value) return mix(int ^ NUMBER_SEED);
  if (Number.isNaN(value)) return hashWords(0, 0x7ff80000);
  float[0] = value;
  return hashWords(words[0] as number, words[1] as number);
}

function hashWords(low: number, high: number): number {
  return mix(absorb(absorb(NUMBER_SEED, low), high) ^ 8);
}

/** The hash of the first `length` bytes. */
export function hashBytes(bytes: Uint8Array, length: number, seed = BYTES_SEED): number {
  let h = seed;
  let i = 0;
  for (; i + 4 <= length; i += 4) h = absorb(h, word(bytes, i, 4));
  if (i < length) h ^= scramble(word(bytes, i, length - i));
  return mix(h ^ length);
}

function word(bytes: Uint8Array, start: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value |= (bytes[start + i] as number) << (8 * i);
  return value;
}

function absorb(h: number, block: number): number {
  const mixed = h ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function scramble(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}
