import fc from "fast-check";
import { histogramOf } from "../../cli/console/page/logic/histogram.js";
import { summarize } from "../../cli/console/page/logic/statistics.js";

describe("histogramOf", () => {
  it("makes bins of a round width", () => {
    const { from, width, counts } = histogramOf([0, 10, 12, 95, 100], 10);
    expect(width).toBe(10);
    expect(from).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(counts).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 2]);
  });

  it("is empty without values, and one bin for one value", () => {
    expect(histogramOf([]).counts).toEqual([]);
    expect(histogramOf([Number.NaN]).counts).toEqual([]);
    expect(histogramOf([4, 4, 4]).counts).toEqual([3]);
    expect(histogramOf([0, 0]).counts).toEqual([2]);
  });

  it("counts every value once, in the bin it lies in", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1 }), (values) => {
        const { from, width, counts } = histogramOf(values);
        expect(counts.reduce((a, b) => a + b, 0)).toBe(values.length);
        expect(counts.length).toBeLessThanOrEqual(22);
        const [first, last] = [from[0] as number, (from[from.length - 1] as number) + width];
        for (const value of values) {
          expect(value).toBeGreaterThanOrEqual(first - width * 1e-6);
          expect(value).toBeLessThanOrEqual(last + width * 1e-6);
        }
      }),
    );
  });
});

describe("summarize", () => {
  it("tells the last, the median, the 95 % and the most of what is known", () => {
    const values = Array.from({ length: 100 }, (_, i) => i + 1).reverse();
    expect(summarize([undefined, ...values])).toEqual({ last: 1, median: 51, p95: 96, max: 100 });
    expect(summarize([undefined])).toEqual({ last: undefined, median: undefined, p95: undefined, max: undefined });
  });
});
