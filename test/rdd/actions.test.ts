import { elementsOf, resultOf } from "./on-rdd.js";

const numbers = Array.from({ length: 200 }, (_, i) => (i * 37) % 101);
const rows: [string, number][] = [
  ["a", 1],
  ["b", 2],
  ["a", 3],
];

describe("ordered actions", () => {
  const ascending = [...numbers].sort((a, b) => a - b);

  it("takeOrdered, top, max and min", async () => {
    const all = await resultOf(numbers, 3, async (rdd) => [
      await rdd.takeOrdered(4),
      await rdd.top(3),
      await rdd.takeOrdered(0),
      await rdd.max(),
      await rdd.min(),
      await rdd.max((a, b) => (a % 10) - (b % 10) || a - b),
    ]);
    expect(all).toEqual([ascending.slice(0, 4), ascending.slice(-3).reverse(), [], 100, 0, 99]);
  });

  it("max of nothing is an error", async () => {
    await expect(resultOf([] as number[], 2, (rdd) => rdd.max())).rejects.toThrow(/max\(\) of an empty RDD/);
  });
});

describe("statistics", () => {
  it("of numbers", async () => {
    const { sum, mean, stats } = await resultOf([1, 2, 3, 4], 3, async (rdd) => ({
      sum: await rdd.sum(),
      mean: await rdd.mean(),
      stats: await rdd.stats(),
    }));
    expect([sum, mean]).toEqual([10, 2.5]);
    expect(stats).toMatchObject({ count: 4, sum: 10, mean: 2.5, min: 1, max: 4, variance: 1.25 });
    expect(stats.sampleVariance).toBeCloseTo(5 / 3);
    expect(stats.stdev).toBeCloseTo(Math.sqrt(1.25));
  });

  it("keep their precision far from zero", async () => {
    const stats = await resultOf([1e9 + 1, 1e9 + 2, 1e9 + 3], 2, (rdd) => rdd.stats());
    expect(stats.variance).toBeCloseTo(2 / 3, 6);
  });

  it("of nothing are empty", async () => {
    const [sum, stats] = await resultOf(
      [] as number[],
      2,
      async (rdd) => [await rdd.sum(), await rdd.stats()] as const,
    );
    expect(sum).toBe(0);
    expect(stats).toMatchObject({ count: 0, mean: Number.NaN, min: Number.POSITIVE_INFINITY });
  });

  it("do not compile on other elements", () => {
    const typed = (): unknown =>
      resultOf(["a"], 1, (rdd) =>
        // @ts-expect-error sum needs numbers
        rdd.sum(),
      );
    expect(typeof typed).toBe("function");
  });
});

describe("actions on pairs", () => {
  it("countByKey, reduceByKeyLocally, collectAsMap, lookup and countByValue", async () => {
    const all = await resultOf(rows, 2, async (rdd) => [
      await rdd.countByKey(),
      await rdd.reduceByKeyLocally((a, b) => a * 10 + b),
      await rdd.collectAsMap(),
      await rdd.lookup("a"),
      await rdd.lookup("z"),
      await rdd.keys().countByValue(),
    ]);
    expect(all).toEqual([
      new Map([
        ["a", 2],
        ["b", 1],
      ]),
      new Map([
        ["a", 13],
        ["b", 2],
      ]),
      new Map([
        ["a", 3],
        ["b", 2],
      ]),
      [1, 3],
      [],
      new Map([
        ["a", 2],
        ["b", 1],
      ]),
    ]);
  });
});

describe("takeSample", () => {
  it("has exactly so many elements, none twice unless replaced", async () => {
    const distinct = Array.from({ length: 100 }, (_, i) => i);
    const [some, all, replaced, none] = await resultOf(distinct, 3, async (rdd) => [
      await rdd.takeSample(false, 10, 1),
      await rdd.takeSample(false, 1000, 1),
      await rdd.takeSample(true, 1000, 1),
      await rdd.filter(() => false).takeSample(true, 5, 1),
    ]);
    expect(new Set(some).size).toBe(10);
    expect([...(all ?? [])].sort((a, b) => a - b)).toEqual(distinct);
    expect(replaced).toHaveLength(1000);
    expect(new Set(replaced).size).toBeGreaterThan(90);
    expect(none).toEqual([]);
  });
});

describe("fold and aggregate", () => {
  it("start from copies of zero", async () => {
    const collected = await resultOf(numbers, 3, (rdd) =>
      rdd.aggregate(
        [] as number[],
        (list, n) => {
          list.push(n);
          return list;
        },
        (a, b) => [...a, ...b],
      ),
    );
    expect(collected).toEqual(numbers);
  });
});

describe("bodies that run several actions", () => {
  it("close over earlier results, in transform too", async () => {
    const aboveMean = await elementsOf(numbers, 3, async (rdd) => {
      const mean = await rdd.mean();
      const limit = Math.min(mean, await rdd.filter((n) => n > mean).min());
      return rdd.filter((n) => n > limit);
    });
    const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
    expect(aboveMean).toEqual(numbers.filter((n) => n > mean));
  });
});
