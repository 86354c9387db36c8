import fc from "fast-check";
import {
  columnLength,
  decodeColumn,
  decodePairs,
  encodeColumn,
  encodePairs,
  forEachInColumn,
  forEachPair,
} from "../../shared/codec/index.js";
import { CorruptDataError, IllegalArgumentError } from "../../shared/errors/index.js";
import { column, value } from "./arbitraries.js";
import { strictlyEqual } from "./strictly-equal.js";

// Properties run many times, perhaps on a busy machine.
jest.setTimeout(30_000);

function visited(bytes: Uint8Array): unknown[] {
  const values: unknown[] = [];
  forEachInColumn(bytes, (value) => values.push(value));
  return values;
}

function visitedPairs(bytes: Uint8Array): [unknown, unknown][] {
  const pairs: [unknown, unknown][] = [];
  forEachPair(bytes, (key, value) => pairs.push([key, value]));
  return pairs;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function shared(byteLength: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(byteLength + 5), 5, byteLength);
}

/** More values than are handled at a time. */
const MANY = 3000;
function many<T>(make: (i: number) => T): T[] {
  return Array.from({ length: MANY }, (_, i) => make(i));
}

describe("columns", () => {
  it("give back what went in, whatever it is", () => {
    fc.assert(
      fc.property(column, (values) => {
        const bytes = encodeColumn(values);
        expect(columnLength(bytes)).toBe(values.length);
        return strictlyEqual(decodeColumn(bytes), values) && strictlyEqual(visited(bytes), values);
      }),
      { numRuns: 400 },
    );
  });

  it("of pairs are the same bytes, however they were written", () => {
    const pairs = fc.array(fc.tuple(value, value));
    fc.assert(
      fc.property(pairs, (tuples) => {
        const bytes = encodePairs(
          tuples.map(([key]) => key),
          tuples.map(([, value]) => value),
        );
        expect(hex(bytes)).toBe(hex(encodeColumn(tuples)));
        expect(columnLength(bytes)).toBe(tuples.length);
        const { keys, values } = decodePairs(bytes);
        return (
          strictlyEqual(visitedPairs(bytes), tuples) &&
          strictlyEqual(decodeColumn(bytes), tuples) &&
          strictlyEqual(
            keys.map((key, i) => [key, values[i]]),
            tuples,
          )
        );
      }),
      { numRuns: 150 },
    );
  });

  it("are the same in shared memory", () => {
    fc.assert(
      fc.property(column, (values) => {
        const bytes = encodeColumn(values, shared);
        expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
        expect(hex(bytes)).toBe(hex(encodeColumn(values)));
        return strictlyEqual(decodeColumn(bytes), values) && strictlyEqual(visited(bytes), values);
      }),
    );
  });

  it("are read in pieces where the values are many", () => {
    const columns: unknown[][] = [
      many((i) => i % 256),
      many((i) => i),
      many((i) => -i),
      many((i) => i / 2),
      many((i) => `word ${i}`),
      many((i) => "語".repeat(i % 20)),
      many((i) => (i % 1000 === 7 ? "\ud800" : "x".repeat(i % 30))),
      many((i) => new Uint8Array([i, i >> 8].slice(0, i % 3))),
      many((i) => Array.from({ length: i % 5 }, (_, j) => `${i}.${j}`)),
      many((i) => [`key ${i}`, [1, 1]]),
      many((i) => [i, String(i), i % 2 === 0]),
      many((i) => ({ id: i, name: `name ${i}`, tags: ["a", i] })),
      many((i) => (i % 2 === 0 ? i : null)),
      many(() => 1),
    ];
    for (const values of columns) {
      const bytes = encodeColumn(values);
      expect(strictlyEqual(decodeColumn(bytes), values)).toBe(true);
      expect(strictlyEqual(visited(bytes), values)).toBe(true);
    }
  });

  it("hold a string longer than any text", () => {
    const values = ["a", "b".repeat(100_000), "", "c", "語".repeat(50_000), "d"];
    expect(decodeColumn(encodeColumn(values))).toEqual(values);
  });

  it("take a few bytes when all values are the same", () => {
    for (const same of [1, 0, -0, Number.NaN, 1.5, "the same", "", true, null, undefined, 5n]) {
      const values = new Array(10_000).fill(same);
      const bytes = encodeColumn(values);
      expect(bytes.length).toBeLessThan(25);
      expect(decodeColumn(bytes)).toEqual(values);
    }
  });

  it("take the width of their numbers", () => {
    const perValue = (make: (i: number) => unknown) => Math.round(encodeColumn(many(make)).length / MANY);
    expect(perValue((i) => i % 256)).toBe(1);
    expect(perValue((i) => i)).toBe(2);
    expect(perValue((i) => 70_000 + i)).toBe(4);
    expect(perValue((i) => -1 - i)).toBe(4);
    expect(perValue((i) => i + 0.5)).toBe(8);
  });

  it("keep the numbers at the ends of each width", () => {
    for (const end of [
      0,
      255,
      256,
      65_535,
      65_536,
      2 ** 31 - 1,
      2 ** 31,
      -1,
      -(2 ** 31),
      -(2 ** 31) - 1,
      2 ** 53,
      1e300,
    ]) {
      for (const values of [
        [1, end],
        [end, 1],
        [end, 1, 0.5],
      ]) {
        expect(strictlyEqual(decodeColumn(encodeColumn(values)), values)).toBe(true);
      }
    }
  });

  it("never lose a negative zero", () => {
    for (const values of [
      [-0, 1],
      [1, -0],
      [0, -0],
      [-0, 0],
      [-0, 1.5],
      [-0, -0],
    ]) {
      expect(strictlyEqual(decodeColumn(encodeColumn(values)), values)).toBe(true);
    }
  });

  it("keep groups of ones small", () => {
    const keys = many((i) => `key ${i}`);
    const bare = encodePairs(
      keys,
      many(() => 1),
    ).length;
    expect(
      encodePairs(
        keys,
        many((i) => new Array(i % 5).fill(1)),
      ).length - bare,
    ).toBeLessThan(MANY + 40);
  });

  it("do not repeat the names of records", () => {
    expect(encodeColumn(many((i) => ({ aLongNameOfAField: i % 200 }))).length).toBeLessThan(MANY + 60);
  });

  it("make holes undefined", () => {
    // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
    expect(decodeColumn(encodeColumn([1, , 3]))).toStrictEqual([1, undefined, 3]);
    expect(decodeColumn(encodeColumn(new Array(3)))).toStrictEqual([undefined, undefined, undefined]);
    expect(decodeColumn(encodeColumn([new Array(2), [1, 2]]))).toStrictEqual([
      [undefined, undefined],
      [1, 2],
    ]);
  });

  it("may be empty", () => {
    expect(decodeColumn(encodeColumn([]))).toEqual([]);
    expect(visitedPairs(encodePairs([], []))).toEqual([]);
    expect(decodePairs(encodeColumn([]))).toEqual({ keys: [], values: [] });
    expect(columnLength(encodeColumn([]))).toBe(0);
  });

  it("give every value memory of its own", () => {
    const [first, second] = decodeColumn(encodeColumn([new Uint8Array([1]), new Uint8Array([2])])) as Uint8Array[];
    expect(first?.buffer).not.toBe(second?.buffer);
    const [a, b] = decodeColumn(encodeColumn([[], []])) as unknown[][];
    expect(a).not.toBe(b);
  });

  it("let through what the visitor throws", () => {
    const thrown = new Error("stop");
    const stop = () => {
      throw thrown;
    };
    expect(() => forEachInColumn(encodeColumn([1, 2]), stop)).toThrow(thrown);
    expect(() => forEachPair(encodePairs([1], [2]), stop)).toThrow(thrown);
  });

  it("can be visited within a visit", () => {
    const bytes = encodeColumn(["a", "b"]);
    const seen: unknown[] = [];
    forEachInColumn(bytes, (outer) => forEachInColumn(bytes, (inner) => seen.push([outer, inner])));
    expect(seen).toEqual([
      ["a", "a"],
      ["a", "b"],
      ["b", "a"],
      ["b", "b"],
    ]);
  });

  it("refuse keys without values, and an allocator of the wrong size", () => {
    expect(() => encodePairs([1, 2], [1])).toThrow(IllegalArgumentError);
    expect(() => encodeColumn([1], (byteLength) => new Uint8Array(byteLength + 1))).toThrow(IllegalArgumentError);
  });

  it("are not taken for pairs when they hold something else", () => {
    for (const values of [[1], [[1]], [[1, 2], [3]], [[1, 2, 3]], ["ab"]]) {
      expect(() => decodePairs(encodeColumn(values))).toThrow(CorruptDataError);
      expect(() => forEachPair(encodeColumn(values), () => {})).toThrow(CorruptDataError);
    }
  });
});
