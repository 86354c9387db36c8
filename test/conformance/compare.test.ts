import { canonicalJson, comparable, comparisonOf } from "./compare.js";

const ordered = { ordered: true, unorderedLists: "none" } as const;
const multiset = { ordered: false, unorderedLists: "none" } as const;
const values = { ordered: false, unorderedLists: "values" } as const;
const sides = { ordered: false, unorderedLists: "sides" } as const;

describe("canonicalJson", () => {
  it.each([
    [1, "1"],
    ["1", '"1"'],
    [-0, "0"],
    [Number.NaN, "NaN"],
    [true, "true"],
    [null, "null"],
    [undefined, "null"],
    ["", '""'],
    [[1, [undefined, "a"]], '[1,[null,"a"]]'],
    [{ b: 1, a: [2], c: undefined }, '{"a":[2],"b":1}'],
    [[], "[]"],
    [[[]], "[[]]"],
  ])("%j is %s", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it("sees holes of a sparse array", () => {
    expect(canonicalJson(new Array(2))).toBe("[null,null]");
  });

  it.each([[1n], [() => 1], [Symbol("s")], [new Map()], [new Date(0)]])(
    "refuses what a table cannot hold: %p",
    (value) => {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    },
  );
});

describe("comparable", () => {
  const same = (a: readonly unknown[], b: readonly unknown[], how: Parameters<typeof comparable>[1]) =>
    JSON.stringify(comparable(a, how)) === JSON.stringify(comparable(b, how));

  it("keeps the order where it matters", () => {
    expect(same([1, 2], [2, 1], ordered)).toBe(false);
    expect(same([1, 2], [1, 2], ordered)).toBe(true);
  });

  it("counts how often an element occurs", () => {
    expect(same([1, 2, 1], [1, 1, 2], multiset)).toBe(true);
    expect(same([1, 2, 1], [1, 2, 2], multiset)).toBe(false);
    expect(same([1, 1], [1], multiset)).toBe(false);
    expect(same([], [], multiset)).toBe(true);
    expect(same([], [null], multiset)).toBe(false);
  });

  it("tells numbers from texts, and lists from their elements", () => {
    expect(same([1], ["1"], multiset)).toBe(false);
    expect(same([["a"]], ["a"], multiset)).toBe(false);
    expect(same([["a", 1]], [[1, "a"]], multiset)).toBe(false);
  });

  it("takes an absent value of an outer join either way", () => {
    expect(same([["b", [undefined, "x"]]], [["b", [null, "x"]]], multiset)).toBe(true);
    expect(same([["b", [undefined, "x"]]], [["b", ["x", null]]], multiset)).toBe(false);
  });

  it("compares inner lists as lists unless the case says otherwise", () => {
    expect(same([["a", [1, 2]]], [["a", [2, 1]]], multiset)).toBe(false);
    expect(same([["a", [1, 2]]], [["a", [2, 1]]], values)).toBe(true);
    expect(same([["a", [1, 2, 2]]], [["a", [1, 1, 2]]], values)).toBe(false);
  });

  it("keeps the lists of grouped values whole when the values are lists", () => {
    expect(same([["a", [[1, 2], [3]]]], [["a", [[3], [1, 2]]]], values)).toBe(true);
    expect(same([["a", [[1, 2]]]], [["a", [[2, 1]]]], values)).toBe(false);
  });

  it("never mixes the sides of a cogroup", () => {
    expect(same([["a", [[1, 2], ["x"]]]], [["a", [[2, 1], ["x"]]]], sides)).toBe(true);
    expect(same([["a", [[1], []]]], [["a", [[], [1]]]], sides)).toBe(false);
  });

  it("sorts keys that are lists or empty like any other", () => {
    expect(
      same(
        [
          ["", [1, 2]],
          [[0], [3]],
        ],
        [
          [[0], [3]],
          ["", [2, 1]],
        ],
        values,
      ),
    ).toBe(true);
  });

  it("does not change what it compares", () => {
    const batch = Object.freeze([Object.freeze(["b", Object.freeze([2, 1])]), Object.freeze(["a", Object.freeze([])])]);
    expect(comparable(batch, values)).toEqual(['["a",[]]', '["b",[1,2]]']);
    expect(batch[0]).toEqual(["b", [2, 1]]);
  });
});

describe("comparisonOf", () => {
  it("reads a case", () => {
    const grouped = { ordered: false, nested: "multiset", pipeline: [{ op: "groupByKey" }] } as const;
    expect(comparisonOf({ ordered: true, pipeline: [] })).toEqual(ordered);
    expect(comparisonOf(grouped)).toEqual(values);
    expect(comparisonOf({ ...grouped, pipeline: [{ op: "cogroup" }] })).toEqual(sides);
  });
});
