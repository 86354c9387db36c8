import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import {
  assertKey,
  compareKeys,
  encode,
  encodeColumn,
  hashKey,
  isPrimitiveKey,
  keyBytes,
} from "../../shared/codec/index.js";
import { BadPairError } from "../../shared/errors/index.js";
import { bigint, number, smallKey, text, value } from "./arbitraries.js";

// Properties run many times, perhaps on a busy machine.
jest.setTimeout(30_000);

/** Key equality, said in another way: no bytes. */
function sameKey(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return a === b || (Number.isNaN(a) && Number.isNaN(b));
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return a === b;
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && sameKey(a.getTime(), b.getTime());
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && sameKey([...a], [...b]);
  }
  if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b)) return isDeepStrictEqual(a, b);
  if (a instanceof Map || b instanceof Map) return a instanceof Map && b instanceof Map && sameElements([...a], [...b]);
  if (a instanceof Set || b instanceof Set) return a instanceof Set && b instanceof Set && sameElements([...a], [...b]);
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b)) return false;
    return a.length === b.length && a.every((element, i) => sameKey(element, b[i]));
  }
  return sameElements(Object.entries(a), Object.entries(b));
}

function sameElements(a: unknown[], b: unknown[]): boolean {
  const left = [...b];
  return (
    a.length === b.length &&
    a.every((element) => {
      const found = left.findIndex((other) => sameKey(element, other));
      if (found >= 0) left.splice(found, 1);
      return found >= 0;
    })
  );
}

function byBytes(a: unknown, b: unknown): number {
  return Buffer.compare(keyBytes(a), keyBytes(b));
}

function sign(order: number): number {
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

const key = fc.oneof(smallKey, value, text, number);

describe("key equality", () => {
  it("is equality of bytes, and equal keys have equal hashes", () => {
    fc.assert(
      fc.property(smallKey, smallKey, (a, b) => {
        const same = sameKey(a, b);
        expect(byBytes(a, b) === 0).toBe(same);
        if (same) expect(hashKey(a)).toBe(hashKey(b));
      }),
      { numRuns: 1000 },
    );
  });

  it("holds for whatever values", () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(byBytes(a, b) === 0).toBe(sameKey(a, b));
        expect(hashKey(a)).toBe(hashKey(structuredClone(a)));
      }),
      { examples: [[{}, new BigInt64Array()]] },
    );
  });

  it("tells types apart, and not 0 from −0", () => {
    const different: unknown[] = [
      null,
      false,
      true,
      0,
      1,
      Number.NaN,
      0n,
      1n,
      new Date(0),
      "",
      "0",
      "1",
      "true",
      new Uint8Array(0),
    ];
    different.push([], [[]], [null], {}, { a: undefined }, new Map(), new Set(), new Set([0]), new Float64Array(0));
    different.push(new Int8Array(0), new ArrayBuffer(0), undefined);
    for (const [i, a] of different.entries()) {
      for (const [j, b] of different.entries()) expect(byBytes(a, b) === 0).toBe(i === j);
    }
    expect(byBytes(0, -0)).toBe(0);
    expect(byBytes([{ a: 0 }], [{ a: -0 }])).toBe(0);
  });

  it("does not mind the order of properties, Maps and Sets, nor a missing prototype", () => {
    expect(byBytes({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(0);
    expect(
      byBytes(
        new Map([
          [1, "a"],
          [2, "b"],
        ]),
        new Map([
          [2, "b"],
          [1, "a"],
        ]),
      ),
    ).toBe(0);
    expect(byBytes(new Set([[1], ["a"]]), new Set([["a"], [1]]))).toBe(0);
    expect(byBytes(Object.assign(Object.create(null), { a: 1 }), { a: 1 })).toBe(0);
    expect(byBytes(Buffer.from("a"), new Uint8Array([97]))).toBe(0);
  });

  it("is not fooled by where strings and arrays end", () => {
    for (const [a, b] of [
      [
        ["a", "b"],
        ["ab", ""],
      ],
      [
        ["a\0", "b"],
        ["a", "\0b"],
      ],
      [["a\0"], ["a", ""]],
      [[[1], 2], [[1, 2]]],
      [
        [new Uint8Array([0]), new Uint8Array([1])],
        [new Uint8Array([0, 1]), new Uint8Array([])],
      ],
      [{ a: "b" }, ["a", "b"]],
      ["\ud800\udc00", "\ud800", "\udc00"],
    ] as unknown[][]) {
      expect(byBytes(a, b)).not.toBe(0);
    }
  });
});

/** Calculations leave NaNs with other bits than those of the constant; processors differ. */
const oddNaNs = [...new Float64Array(new BigUint64Array([0xfff8000000000000n, 0x7ff8000000000001n]).buffer)];

describe("NaN", () => {
  it.each(oddNaNs.map((nan, i) => [i, nan]))("is NaN whatever its bits (%i)", (_, nan) => {
    expect(byBytes(nan, Number.NaN)).toBe(0);
    expect(hashKey(nan)).toBe(hashKey(Number.NaN));
    expect(encode(nan)).toEqual(encode(Number.NaN));
    expect(encodeColumn([nan, 1])).toEqual(encodeColumn([Number.NaN, 1]));
  });
});

describe("compareKeys", () => {
  it("agrees with the bytes", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(sign(compareKeys(a, b))).toBe(byBytes(a, b));
        expect(sign(compareKeys([a], [b]))).toBe(byBytes([a], [b]));
      }),
      { numRuns: 1000 },
    );
  });

  it("agrees with the bytes for strings of any characters, and with their order by code points", () => {
    const units = fc.constantFrom("a", "\0", "\ud800", "\udbff", "\udc00", "\udfff", "\ue000", "\uffff");
    const tricky = fc.array(units, { maxLength: 5 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(text, tricky), fc.oneof(text, tricky), tricky, (a, b, start) => {
        for (const [x, y] of [
          [a, b],
          [start + a, start + b],
        ] as [string, string][]) {
          expect(compareKeys(x, y)).toBe(byBytes(x, y));
          expect(compareKeys(x, y)).toBe(compareLists(codePoints(x), codePoints(y)));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("orders numbers, bigints and dates by size, NaN last", () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        const order =
          Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : sign(a - b || 0);
        const expected = a === b ? 0 : order;
        expect(compareKeys(a, b)).toBe(expected);
        expect(byBytes(a, b)).toBe(expected);
      }),
    );
    fc.assert(fc.property(bigint, bigint, (a, b) => byBytes(a, b) === (a < b ? -1 : a > b ? 1 : 0)));
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), fc.date({ noInvalidDate: true }), (a, b) => {
        return compareKeys(a, b) === sign(a.getTime() - b.getTime());
      }),
    );
    expect(compareKeys(new Date(Number.NaN), new Date(0))).toBe(1);
  });

  it("orders arrays element by element, shorter ones first", () => {
    const list = fc.array(fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom("", "a", "b")), { maxLength: 3 });
    fc.assert(fc.property(list, list, (a, b) => compareKeys(a, b) === compareLists(a, b, compareKeys)));
  });

  it("is a total order", () => {
    fc.assert(
      fc.property(key, key, key, (a, b, c) => {
        expect(compareKeys(a, a)).toBe(0);
        expect(sign(compareKeys(a, b))).toBe(0 - sign(compareKeys(b, a)));
        // Wrapped, because sort puts undefined last whatever the comparison says.
        const sorted = [{ key: a }, { key: b }, { key: c }].sort((p, q) => compareKeys(p.key, q.key));
        const [x, y, z] = sorted.map(({ key }) => key);
        expect(compareKeys(x, y)).toBeLessThanOrEqual(0);
        expect(compareKeys(y, z)).toBeLessThanOrEqual(0);
        expect(compareKeys(x, z)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  it("groups by type", () => {
    const ordered: unknown[] = [
      null,
      false,
      true,
      -Infinity,
      0,
      Number.NaN,
      -1n,
      5n,
      new Date(0),
      "",
      "z",
      new Uint8Array([0]),
    ];
    ordered.push(new Float64Array([0]), [], [[]], {}, new Map(), new Set());
    expect([...ordered].reverse().sort(compareKeys)).toEqual(ordered);
  });
});

describe("keyBytes", () => {
  it("never begin with the bytes of another key", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const [x, y] = [keyBytes(a), keyBytes(b)];
        const isPrefix = Buffer.from(y).subarray(0, x.length).equals(x);
        expect(isPrefix).toBe(x.length === y.length && Buffer.compare(x, y) === 0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("isPrimitiveKey and assertKey", () => {
  it("tell what a Map compares as we do", () => {
    for (const primitive of ["", "a", 0, Number.NaN, 1n, true, null]) expect(isPrimitiveKey(primitive)).toBe(true);
    for (const other of [undefined, [], {}, new Date(0), () => 1, Symbol("s")])
      expect(isPrimitiveKey(other)).toBe(false);
  });

  it("refuse undefined, saying where", () => {
    expect(() => assertKey(undefined, "reduceByKey")).toThrow(BadPairError);
    expect(() => assertKey(undefined, "reduceByKey")).toThrow("reduceByKey: the key of a pair must not be undefined");
    for (const key of [null, 0, "", [undefined]]) expect(() => assertKey(key, "x")).not.toThrow();
  });
});

function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) as number);
}

function compareLists<T>(
  a: readonly T[],
  b: readonly T[],
  compare: (x: T, y: T) => number = (x, y) => (x < y ? -1 : x > y ? 1 : 0),
): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i] as T, b[i] as T);
    if (order !== 0) return order;
  }
  return sign(a.length - b.length);
}
