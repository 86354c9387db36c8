import fc from "fast-check";
import { compareKeys } from "../../shared/codec/index.js";
import { elementsOf, transformed } from "./on-rdd.js";

const numbers = Array.from({ length: 500 }, (_, i) => (i * 7919) % 1009);

describe("sortBy", () => {
  it("orders all elements over all partitions", async () => {
    const partitions = await transformed(numbers, 4, (rdd) => rdd.sortBy((n) => n));
    expect(partitions).toHaveLength(4);
    expect(partitions.flat()).toEqual([...numbers].sort((a, b) => a - b));
  });

  it("cuts partitions of about equal size, also when the input's are very unequal", async () => {
    const partitions = await transformed(numbers, 4, (rdd) =>
      rdd.coalesce(1).sortBy((n) => n, true, { numPartitions: 5 }),
    );
    expect(partitions.map((p) => p.length).every((n) => n > 40 && n < 200)).toBe(true);
  });

  it("orders descending", async () => {
    expect(await elementsOf(numbers, 3, (rdd) => rdd.sortBy((n) => n, false))).toEqual(
      [...numbers].sort((a, b) => b - a),
    );
  });

  it("keeps elements with equal keys in one partition and in their order", async () => {
    const words = numbers.map((n, i) => `${n % 3}-${i}`);
    for (const ascending of [true, false]) {
      const partitions = await transformed(words, 4, (rdd) => rdd.sortBy((word) => word[0], ascending));
      const order = ascending ? ["0", "1", "2"] : ["2", "1", "0"];
      expect(partitions.flat()).toEqual(order.flatMap((key) => words.filter((word) => word[0] === key)));
      for (const key of order) {
        expect(partitions.filter((p) => p.some((word) => word[0] === key))).toHaveLength(1);
      }
    }
  });

  it("takes an order of the program's own, and sorts empty and one-partition RDDs", async () => {
    const byLength = (a: string, b: string): number => a.length - b.length;
    const options = { compare: byLength, numPartitions: 1 };
    expect(await transformed(["ccc", "a", "bb"], 2, (rdd) => rdd.sortBy((s) => s, true, options))).toEqual([
      ["a", "bb", "ccc"],
    ]);
    expect(await transformed([] as string[], 2, (rdd) => rdd.sortBy((s) => s))).toEqual([[], []]);
  });

  it("does not depend on the number of partitions", async () => {
    const key = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.string({ maxLength: 2 }), fc.boolean(), fc.constant(null));
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        async (keys, partitions, numPartitions) => {
          const rows = keys.map((k, i) => [k, i] as [unknown, number]);
          const sorted = await elementsOf(rows, partitions, (rdd) => rdd.sortByKey(true, { numPartitions }));
          expect(sorted).toEqual([...rows].sort((a, b) => compareKeys(a[0], b[0])));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("fails the batch with the user's error when the key function throws", async () => {
    const failing = elementsOf([1, 2, 3], 2, (rdd) =>
      rdd.sortBy((n): number => {
        if (n === 3) throw new TypeError("no key");
        return n;
      }),
    );
    await expect(failing).rejects.toThrow(/sortBy-0.*no key/);
  });
});

describe("other orders", () => {
  it("sortByKey sorts pairs", async () => {
    const pairs: [string, number][] = [
      ["b", 1],
      ["a", 2],
      ["c", 3],
    ];
    expect(await elementsOf(pairs, 2, (rdd) => rdd.sortByKey())).toEqual([
      ["a", 2],
      ["b", 1],
      ["c", 3],
    ]);
    expect(await elementsOf(pairs, 2, (rdd) => rdd.sortByKey(false))).toEqual([
      ["c", 3],
      ["b", 1],
      ["a", 2],
    ]);
  });

  it("repartitionAndSortWithinPartitions sorts each partition", async () => {
    const pairs = numbers.map((n) => [n, n] as [number, number]);
    const partitions = await transformed(pairs, 3, (rdd) => rdd.repartitionAndSortWithinPartitions(4));
    expect(partitions).toHaveLength(4);
    for (const p of partitions) expect(p).toEqual([...p].sort((a, b) => a[0] - b[0]));
    expect(partitions.flat()).toHaveLength(numbers.length);
  });

  it("filterByRange keeps both ends", async () => {
    const pairs = [1, 2, 3, 4].map((n) => [n, "x"] as [number, string]);
    expect(await elementsOf(pairs, 2, (rdd) => rdd.filterByRange(2, 3).keys())).toEqual([2, 3]);
  });
});
