import type { Partitioner } from "../../shared/rdd/index.js";
import { elementsOf, transformed } from "./on-rdd.js";

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe("indexes", () => {
  it("zipWithIndex counts through all partitions", async () => {
    for (const partitions of [1, 2, 5]) {
      const rows = await elementsOf(["a", "b", "c", "d", "e", "f", "g"], partitions, (rdd) =>
        rdd.filter((s) => s !== "b").zipWithIndex(),
      );
      expect(rows).toEqual(["a", "c", "d", "e", "f", "g"].map((s, i) => [s, i]));
    }
  });

  it("zipWithUniqueId numbers without asking other partitions", async () => {
    expect(await elementsOf(["a", "b", "c", "d", "e"], 2, (rdd) => rdd.zipWithUniqueId())).toEqual([
      ["a", 0],
      ["b", 2],
      ["c", 1],
      ["d", 3],
      ["e", 5],
    ]);
  });
});

describe("zip", () => {
  it("pairs elements at the same place, of one RDD with itself too", async () => {
    const zipped = await elementsOf(upTo(5), 3, (rdd) => rdd.zip(rdd.map((n) => n * 10)));
    expect(zipped).toEqual(upTo(5).map((n) => [n, n * 10]));
    expect(await elementsOf(upTo(3), 2, (rdd) => rdd.zip(rdd))).toEqual(upTo(3).map((n) => [n, n]));
  });

  it("refuses other numbers of partitions or elements", async () => {
    await expect(elementsOf(upTo(5), 2, (rdd) => rdd.zip(rdd.repartition(3)))).rejects.toThrow(
      /same number of partitions, but they have 2 and 3/,
    );
    await expect(elementsOf(upTo(5), 2, (rdd) => rdd.zip(rdd.filter((n) => n > 0)))).rejects.toThrow(
      /2 on the left and 1 on the right/,
    );
  });

  it("zipPartitions hands over whole partitions", async () => {
    const sizes = await elementsOf(upTo(5), 2, (rdd) =>
      rdd.zipPartitions(
        rdd.filter((n) => n > 3),
        (left, right) => [`${left.length}/${right.length}`],
      ),
    );
    expect(sizes).toEqual(["2/0", "3/1"]);
  });
});

describe("sets", () => {
  it("subtract keeps duplicates of what the other does not have", async () => {
    const left = [1, 1, 2, 3, 3, 4];
    expect(sorted(await elementsOf(left, 3, (rdd) => rdd.subtract(rdd.filter((n) => n > 2))))).toEqual([1, 1, 2]);
  });

  it("intersection has each common element once, compared by value", async () => {
    const rows = [{ a: 1 }, { a: 2 }, { a: 2 }, { a: 3 }];
    const common = await elementsOf(rows, 2, (rdd) => rdd.intersection(rdd.filter((row) => row.a > 1)));
    expect(common.map(({ a }) => a).sort()).toEqual([2, 3]);
  });

  it("distinct, groupBy and subtractByKey", async () => {
    expect(sorted(await elementsOf([3, 1, 3, 1, 2], 2, (rdd) => rdd.distinct()))).toEqual([1, 2, 3]);
    const groups = await elementsOf(upTo(6), 2, (rdd) => rdd.groupBy((n) => n % 2 === 0));
    expect(new Map(groups)).toEqual(
      new Map([
        [true, [0, 2, 4]],
        [false, [1, 3, 5]],
      ]),
    );
    const rows: [string, number][] = [
      ["a", 1],
      ["a", 2],
      ["b", 3],
    ];
    const left = await elementsOf(rows, 2, (rdd) => rdd.subtractByKey(rdd.filter(([k]) => k === "b")));
    expect(left).toEqual([
      ["a", 1],
      ["a", 2],
    ]);
  });
});

describe("cartesian", () => {
  it("has every combination, in n × m partitions", async () => {
    const partitions = await transformed(upTo(5), 2, (rdd) => rdd.cartesian(rdd.map((n) => `s${n}`).repartition(3)));
    expect(partitions).toHaveLength(6);
    expect(partitions.flat()).toHaveLength(25);
    expect(new Set(partitions.flat().map(([a, b]) => `${a}${b}`)).size).toBe(25);
  });

  it("of an empty RDD is empty", async () => {
    expect(await elementsOf(upTo(3), 2, (rdd) => rdd.cartesian(rdd.filter(() => false)))).toEqual([]);
  });
});

describe("partitions", () => {
  it("coalesce puts neighbours together in order, and never makes more", async () => {
    expect(await transformed(upTo(10), 5, (rdd) => rdd.coalesce(2))).toEqual([upTo(10).slice(0, 6), upTo(10).slice(6)]);
    expect(await transformed(upTo(4), 2, (rdd) => rdd.coalesce(8))).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it("partitionBy and shuffles take a partitioner of the program's own", async () => {
    const byParity: Partitioner = {
      numPartitions: 2,
      partition: (key) => (key as number) % 2,
      equals: (other) => other === byParity,
    };
    const rows = upTo(6).map((n) => [n, n] as [number, number]);
    const placed = await transformed(rows, 3, (rdd) => rdd.partitionBy(byParity).keys());
    expect(placed.map(sorted)).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
    const reduced = await transformed([...rows, ...rows], 3, (rdd) =>
      rdd.reduceByKey((a, b) => a + b, { partitioner: byParity }),
    );
    expect(reduced.map((p) => sorted(p.map(([, v]) => v)))).toEqual([
      [0, 4, 8],
      [2, 6, 10],
    ]);
  });

  it("does not shuffle again what the same partitioner has placed", async () => {
    const byParity: Partitioner = {
      numPartitions: 2,
      partition: (k) => (k as number) % 2,
      equals: (o) => o === byParity,
    };
    const rows = upTo(6).map((n) => [n, n] as [number, number]);
    let exchanges = 0;
    await elementsOf(rows, 3, (rdd) => {
      const result = rdd.partitionBy(byParity).reduceByKey((a, b) => a + b, { partitioner: byParity });
      exchanges = result.toDebugString().split("+-").length - 1;
      return result;
    });
    expect(exchanges).toBe(1);
  });

  it("fails the batch when a partitioner gives a partition that does not exist, or throws", async () => {
    const rows = [[1, 1]] as [number, number][];
    const bad = (partition: () => number): Partitioner => ({ numPartitions: 2, partition, equals: () => false });
    await expect(elementsOf(rows, 1, (rdd) => rdd.partitionBy(bad(() => 2)))).rejects.toThrow(/gave partition 2/);
    const thrown = elementsOf(rows, 1, (rdd) =>
      rdd.partitionBy(
        bad(() => {
          throw new Error("lost");
        }),
      ),
    );
    await expect(thrown).rejects.toThrow(/partitioner failed on the key 1.*lost/);
    await expect(
      elementsOf(rows, 1, (rdd) => rdd.groupByKey({ partitioner: bad(() => 0), numPartitions: 3 })),
    ).rejects.toThrow(/give one of the two/);
  });
});

describe("by key", () => {
  const rows: [string, number][] = [
    ["a", 1],
    ["b", 2],
    ["a", 3],
    ["a", 5],
  ];

  it("aggregateByKey starts every total from a copy of zero", async () => {
    const lists = await elementsOf(rows, 2, (rdd) =>
      rdd.aggregateByKey(
        [] as number[],
        (list, n) => {
          list.push(n);
          return list;
        },
        (a, b) => [...a, ...b],
      ),
    );
    expect(new Map(lists)).toEqual(
      new Map([
        ["a", [1, 3, 5]],
        ["b", [2]],
      ]),
    );
  });

  it("foldByKey folds", async () => {
    const sums = await elementsOf(rows, 1, (rdd) => rdd.foldByKey(100, (a, b) => a + b));
    expect(new Map(sums)).toEqual(
      new Map([
        ["a", 109],
        ["b", 102],
      ]),
    );
  });

  it("groupWith groups any number of RDDs", async () => {
    const groups = await elementsOf(rows, 2, (rdd) =>
      rdd.groupWith(
        rdd.mapValues((n) => `s${n}`),
        rdd.filter(([k]) => k === "b").mapValues((n) => n > 1),
      ),
    );
    expect(new Map(groups)).toEqual(
      new Map<string, unknown>([
        ["a", [[1, 3, 5], ["s1", "s3", "s5"], []]],
        ["b", [[2], ["s2"], [true]]],
      ]),
    );
  });
});

describe("samples", () => {
  it("are about as large as asked, the same for the same seed, and without seed other ones every batch", async () => {
    const some = await elementsOf(upTo(4000), 3, (rdd) => rdd.sample(false, 0.25, 7));
    expect(some.length).toBeGreaterThan(900);
    expect(some.length).toBeLessThan(1100);
    expect(new Set(some).size).toBe(some.length);
    expect(await elementsOf(upTo(4000), 3, (rdd) => rdd.sample(false, 0.25, 7))).toEqual(some);
    expect(await elementsOf(upTo(4000), 3, (rdd) => rdd.sample(false, 0.25, 8))).not.toEqual(some);
    expect(await elementsOf(upTo(100), 2, (rdd) => rdd.sample(false, 1))).toEqual(upTo(100));
    expect(await elementsOf(upTo(100), 2, (rdd) => rdd.sample(false, 0))).toEqual([]);
  });

  it("with replacement repeat elements", async () => {
    const some = await elementsOf(upTo(1000), 3, (rdd) => rdd.sample(true, 2.5, 7));
    expect(some.length).toBeGreaterThan(2300);
    expect(some.length).toBeLessThan(2700);
    expect(new Set(some).size).toBeLessThan(some.length);
  });

  it("randomSplit gives every element to exactly one part", async () => {
    const parts = await transformed(upTo(1000), 2, (rdd) => {
      const parts = rdd.randomSplit([1, 2, 1]).map((part, i) => part.map((n) => [i, n]));
      return parts.reduce((left, right) => left.union(right));
    });
    const rows = parts.flat();
    expect(sorted(rows.map(([, n]) => n as number))).toEqual(upTo(1000));
    const middle = rows.filter(([part]) => part === 1).length;
    expect(middle).toBeGreaterThan(420);
    expect(middle).toBeLessThan(580);
  });

  it.each([
    [false, 1.5],
    [true, -1],
    [false, Number.NaN],
  ])("refuse (%p, %p)", async (replace, fraction) => {
    await expect(elementsOf([1], 1, (rdd) => rdd.sample(replace, fraction))).rejects.toThrow(/fraction/);
  });
});
