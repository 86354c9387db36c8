import fc from "fast-check";
import { hashBytes, hashString } from "../../shared/codec/hash.js";
import { hashKey, keyBytes } from "../../shared/codec/index.js";
import { text } from "./arbitraries.js";

// Properties run many times, perhaps on a busy machine.
jest.setTimeout(30_000);

describe("hashKey", () => {
  /** State is partitioned by these numbers: a change here loses every user's state. */
  it.each<[unknown, number]>([
    ["", 2038134352],
    ["a", 2087778211],
    ["hello", 1501986497],
    ["größe", 3875504121],
    ["語", 3663755771],
    ["\u{1f600}", 2138426662],
    ["\ud800", 3038245445],
    ["a longer key, of 32 characters...", 1578439320],
    [0, 2462723854],
    [1, 920564995],
    [-1, 996586154],
    [2 ** 31 - 1, 1449607079],
    [2 ** 31, 3585025825],
    [0.5, 311094550],
    [1e300, 358674842],
    [Number.NaN, 1195692516],
    [Infinity, 3868569614],
    [null, 3589753790],
    [true, 1744012649],
    [false, 3112578736],
    [1n, 282159255],
    [-(2n ** 70n), 3342738107],
    [new Date(0), 72306007],
    [new Uint8Array([1, 2, 3]), 3599735408],
    [["a", 1], 3879573858],
    [{ b: 1, a: [null] }, 3888472090],
    [new Map([["a", 1]]), 3515349429],
    [new Set([1]), 1324862489],
  ])("of %p is %i for ever", (key, expected) => {
    expect(hashKey(key)).toBe(expected);
  });

  it("is the published MurmurHash3", () => {
    const hash = (text: string, seed: number) => hashBytes(Buffer.from(text), Buffer.byteLength(text), seed);
    expect(hash("", 0)).toBe(0);
    expect(hash("", 1)).toBe(0x514e28b7);
    expect(hash("test", 0)).toBe(0xba6bd213);
    expect(hash("Hello, world!", 0)).toBe(0xc0363e43);
    expect(hash("The quick brown fox jumps over the lazy dog", 0)).toBe(0x2e4ff723);
    expect(hash("The quick brown fox jumps over the lazy dog", 0x9747b28c)).toBe(0x2fa826cd);
  });

  it("of a string is that of its UTF-16 units", () => {
    fc.assert(
      fc.property(text, (key) => {
        const units = Buffer.from(key, "utf16le");
        expect(hashString(key)).toBe(hashBytes(units, units.length, 0x736c7563));
      }),
    );
  });

  it("of a composite key is that of its canonical bytes", () => {
    const key = ["a", { b: 1 }];
    expect(hashKey(key)).toBe(hashBytes(keyBytes(key), keyBytes(key).length));
  });

  it("takes −0 for 0", () => {
    expect(hashKey(-0)).toBe(hashKey(0));
    expect(hashKey([-0])).toBe(hashKey([0]));
  });

  it("is never the same for two integers of 32 bits", () => {
    const hashes = new Set(Array.from({ length: 100_000 }, (_, i) => hashKey(i * 42_949 - 2 ** 31)));
    expect(hashes.size).toBe(100_000);
  });

  it.each<[string, (i: number) => unknown]>([
    ["numbered names", (i) => `user-${i}`],
    ["words of one letter more", (i) => "x".repeat(i % 50) + String(i)],
    ["integers", (i) => i],
    ["multiples of 1024", (i) => i * 1024],
    ["times", (i) => 1.7e12 + i * 60_000],
    ["halves", (i) => i + 0.5],
    ["bigints", (i) => BigInt(i)],
    ["pairs", (i) => [i % 100, `k${Math.floor(i / 100)}`]],
  ])("spreads %s evenly over key groups", (_, make) => {
    const groups = 128;
    const keys = 64 * groups;
    for (const groupOf of [(hash: number) => hash % groups, (hash: number) => Math.floor((hash / 2 ** 32) * groups)]) {
      const sizes = new Array<number>(groups).fill(0);
      for (let i = 0; i < keys; i++) {
        const group = groupOf(hashKey(make(i)));
        sizes[group] = (sizes[group] as number) + 1;
      }
      const chiSquare = sizes.reduce((sum, size) => sum + (size - 64) ** 2 / 64, 0);
      // 127 degrees of freedom: beyond 200 less often than once in 20,000 times.
      expect(chiSquare).toBeLessThan(200);
    }
  });

  it("moves about half of its bits with any bit of the key", () => {
    const base = "the quick brown fox";
    for (let at = 0; at < base.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = base.slice(0, at) + String.fromCharCode(base.charCodeAt(at) ^ (1 << bit)) + base.slice(at + 1);
        const moved = bits(hashKey(base) ^ hashKey(flipped));
        expect(moved).toBeGreaterThanOrEqual(4);
        expect(moved).toBeLessThanOrEqual(28);
      }
    }
  });
});

function bits(word: number): number {
  return (word >>> 0).toString(2).replaceAll("0", "").length;
}
