import fc from "fast-check";
import { compareUtf8, hasWildcard, holds, segmentMatcher } from "../../shared/rules/index.js";

describe("the order of names", () => {
  it("is that of their UTF-8 bytes", () => {
    expect(["😀", "～", "b", "a", "aa"].sort(compareUtf8)).toEqual(["a", "aa", "b", "～", "😀"]);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(compareUtf8(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

describe("wildcards", () => {
  it.each([
    ["*", "anything.at-all", true],
    ["*", ".hidden", true],
    ["*", "a/b", false],
    ["day=*", "day=1", true],
    ["day=*", "day=", true],
    ["day=*", "xday=1", false],
    ["*.log", "a.log", true],
    ["*.log", "axlog", false],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "acb", false],
    ["(a|b)[c]{2}^$?+", "(a|b)[c]{2}^$?+", true],
    ["a?c", "abc", false],
    ["a\\*", "a\\b", true],
    ["*", "two\nlines", true],
    ["x😀*", "x😀y", true],
  ])("%p and %p: %p", (pattern, segment, matches) => {
    expect(segmentMatcher(pattern)(segment)).toBe(matches);
  });

  it("without a star mean what they say, whatever they hold", () => {
    const literal = fc.string({ unit: "grapheme" }).filter((name) => !hasWildcard(name));
    fc.assert(
      fc.property(literal, literal, (a, b) => {
        expect(segmentMatcher(a)(b)).toBe(a === b);
      }),
    );
  });
});

describe("a condition", () => {
  it("holds when every attribute it names is as wanted", () => {
    expect(holds({}, undefined)).toBe(true);
    expect(holds({ a: undefined }, undefined)).toBe(true);
    expect(holds({ a: 1 }, undefined)).toBe(false);
    expect(holds({ a: Uint8Array.of(1) }, { a: Uint8Array.of(1) })).toBe(true);
    expect(holds({ a: Uint8Array.of(1) }, { a: Uint8Array.of(1, 2) })).toBe(false);
    expect(holds({ a: Uint8Array.of(1) }, { a: "\u0001" })).toBe(false);
    expect(holds({ a: 1, b: undefined }, { a: 1, b: false })).toBe(false);
  });
});
