import fc from "fast-check";

/** Any sequence of UTF-16 units: lone surrogates, control characters, everything. */
const anyUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7fe, max: 0xe002 })), { maxLength: 8 })
  .map((units) => String.fromCharCode(...units));

export const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  anyUnits,
  fc.string({ minLength: 30, maxLength: 80 }),
  fc.constantFrom("", "\0", "\u0001", "é", "ÿ", "Ā", "__proto__", "constructor"),
);

export const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer({ min: -300, max: 70_000 }),
  fc.constantFrom(0, -0, 1, 127, 128, 255, 256, 2 ** 31, -(2 ** 31), 2 ** 53, Number.NaN, Infinity, -Infinity),
);

export const bigint = fc.oneof(
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  fc.constantFrom(0n, 1n, -1n, 2n ** 63n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 64n),
);

export const primitive = fc.oneof(text, number, bigint, fc.boolean(), fc.constant(null), fc.constant(undefined));

const binary = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }).map(({ buffer }) => buffer),
  fc.int8Array(),
  fc.uint8ClampedArray(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
);

const leaf = fc.oneof(
  { weight: 6, arbitrary: primitive },
  { weight: 1, arbitrary: fc.date() },
  { weight: 1, arbitrary: binary },
);

/** Everything that can be encoded, nested. */
export const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("any"), { maxLength: 20 }),
    fc.dictionary(text, tie("any"), { maxKeys: 20 }),
    fc.array(fc.tuple(tie("any"), tie("any")), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie("any"), { maxLength: 4 }).map((elements) => new Set(elements)),
  ),
})).any;

/** Columns as programs have them: mostly of one sort, sometimes with an odd value among them. */
export const column: fc.Arbitrary<unknown[]> = fc
  .tuple(
    fc.oneof(
      fc.array(text),
      fc.array(number),
      fc.array(fc.integer({ min: 0, max: 255 })),
      fc.array(fc.integer({ min: 0, max: 65_535 })),
      fc.array(fc.uint8Array({ maxLength: 9 })),
      fc.array(fc.array(number)),
      fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 5 }),
      fc.array(fc.array(fc.array(fc.nat(3), { maxLength: 3 }), { maxLength: 3 }), { maxLength: 5 }),
      fc.array(fc.tuple(text, number)),
      fc.array(fc.tuple(text, fc.array(fc.constant(1)))),
      fc.array(fc.tuple(text, value, fc.boolean())),
      fc.array(fc.record({ id: number, name: text, at: fc.date() }, { noNullPrototype: true })),
      fc.array(fc.record({ id: number, inner: fc.record({ x: number, y: text }) }, { noNullPrototype: true })),
      fc.array(fc.dictionary(fc.constantFrom("a", "b", "__proto__"), number)),
      fc.array(value),
      fc.tuple(primitive, fc.nat(50)).map(([same, count]) => new Array(count).fill(same)),
    ) as fc.Arbitrary<unknown[]>,
    fc.option(fc.tuple(fc.nat(), value), { freq: 4 }),
  )
  .map(([values, odd]) => (odd === null ? values : values.toSpliced(odd[0] % (values.length + 1), 0, odd[1])));

/** Keys from a small world, so that two of them are often equal. */
export const smallKey = fc.letrec<{ key: unknown }>((tie) => ({
  key: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<unknown>(0, -0, 1, 1n, -1n, "", "a", "1", "\0", "\u0001", true, false, null, undefined, Number.NaN),
    fc.constantFrom(0, Number.NaN).map((time) => new Date(time)),
    fc.uint8Array({ max: 2, maxLength: 2 }),
    fc.array(tie("key"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("", "a", "b", "\0"), tie("key"), { maxKeys: 2 }),
    fc.array(fc.tuple(tie("key"), tie("key")), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.array(tie("key"), { maxLength: 2 }).map((elements) => new Set(elements)),
  ),
})).key;
