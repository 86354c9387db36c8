import fc from "fast-check";
import { hashKey, KeyMap, KeyTable } from "../../shared/codec/index.js";
import { BadPairError, NotSerializableError } from "../../shared/errors/index.js";
import { smallKey } from "./arbitraries.js";

// Properties run many times, perhaps on a busy machine.
jest.setTimeout(30_000);

/** Numbers by a map: what a table is to come to. */
function numbersOf(keys: readonly unknown[]): { numbers: number[]; known: unknown[] } {
  const map = new KeyMap<number>();
  const numbers = keys.map((key) => {
    if (!map.has(key)) map.set(key, map.size);
    return map.get(key) as number;
  });
  return { numbers, known: [...map.keys()] };
}

function expectNumbered(keys: readonly unknown[]): void {
  const table = new KeyTable();
  const { numbers, known } = numbersOf(keys);
  expect(keys.map((key) => table.add(key))).toEqual(numbers);
  expect(table.size).toBe(known.length);
  // toEqual tells −0 from 0.
  expect(table.keys).toEqual(known);
}

/** Undoes `hash = rotate(hash ^ s, 13) * 5 + 0xe6546b64`, that two different beginnings can come to the same hash. */
function colliding(count: number): readonly string[] {
  const scramble = (block: number): number => {
    const product = Math.imul(block, 0xcc9e2d51);
    return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
  };
  const absorb = (h: number, block: number): number => {
    const mixed = h ^ scramble(block);
    return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
  };
  const inverse = (odd: number): number => {
    let x = odd;
    for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(odd, x));
    return x;
  };
  const unscramble = (value: number): number => {
    const product = Math.imul(value, inverse(0x1b873593));
    return Math.imul((product >>> 15) | (product << 17), inverse(0xcc9e2d51));
  };
  // Whatever the first block makes of the seed, the second one takes it to the same state.
  const target = 12345;
  return Array.from({ length: count }, (_, first) => {
    const second = unscramble(absorb(0x736c7563, first) ^ target);
    return String.fromCharCode(first & 0xffff, first >>> 16, second & 0xffff, second >>> 16);
  });
}

describe("KeyTable", () => {
  it("numbers keys as a map would, in the order in which they come", () => {
    fc.assert(fc.property(fc.array(smallKey.filter((key) => key !== undefined)), expectNumbered));
  });

  it("grows", () => {
    const words = Array.from({ length: 5_000 }, (_, i) => `word ${i % 3_000}`);
    expectNumbered(words.flatMap((word, i) => (i % 7 === 0 ? [word, i, [word]] : [word])));
  });

  it("takes -0 for 0 and NaN for itself", () => {
    expectNumbered([-0, 0, Number.NaN, "0", Number.NaN, 0n, null, false]);
  });

  it("finds words of equal hashes, and does not become slow by them", () => {
    const words = colliding(3_000);
    expect(new Set(words.map(hashKey)).size).toBe(1);
    expectNumbered([...words, "another", ...words]);
    const table = new KeyTable();
    const many = colliding(60_000);
    // A search of all words of that hash would take minutes.
    for (let round = 0; round < 2; round++) for (const word of many) table.add(word);
    expect(table.size).toBe(60_000);
  });

  it("refuses what is no key", () => {
    expect(() => new KeyTable().add(undefined)).toThrow(BadPairError);
    expect(() => new KeyTable().add([() => 1])).toThrow(NotSerializableError);
  });
});
