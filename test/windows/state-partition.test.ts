import fc from "fast-check";
import { StatePartition } from "../../shared/state/index.js";

/** Keys of two key groups, so that several share one. */
const GROUPS = 2;
const keys = Array.from({ length: 800 }, (_, i) => `key ${i}`).filter((key) => new StatePartition(0, GROUPS).owns(key));

const contents = (partition: StatePartition): unknown[] => {
  const entries: unknown[] = [];
  partition.forEach(({ key, value }) => {
    entries.push([key, value]);
  });
  return entries;
};

describe("StatePartition", () => {
  it("is the same, in the same order, from memory and from what was stored, in whatever order keys were updated", () => {
    const operation = fc.record({
      key: fc.constantFrom(...keys),
      value: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      early: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(fc.array(operation, { maxLength: 20 }), { maxLength: 5 }), (batches) => {
        const warm = new StatePartition(0, GROUPS);
        const cold = new StatePartition(0, GROUPS);
        for (const batch of batches) {
          // Some keys are only looked at first and updated last: operators may come back to them.
          for (const { key, early } of batch) if (early) warm.touch(key);
          for (const { key, value } of [...batch].reverse()) warm.touch(key).update(value);
          cold.apply(0, warm.takeChanges());
          expect(contents(cold)).toEqual(contents(warm));
          expect(cold.size).toBe(warm.size);
        }
        const image = new StatePartition(0, GROUPS);
        image.apply(0, warm.image());
        expect(contents(image)).toEqual(contents(warm));
      }),
    );
  });

  it("writes what changed, and nothing twice", () => {
    const partition = new StatePartition(0, 128);
    partition.touch("a").update(1);
    partition.touch("b");
    partition.touch("c").update(3);
    partition.touch("c").update(undefined);
    expect(partition.takeChanges().keys).toEqual(["a"]);
    expect(partition.takeChanges().keys).toEqual([]);
    partition.touch("a").update(1);
    expect(partition.takeChanges().keys).toEqual([]);
    partition.touch("a").update(undefined);
    const changes = partition.takeChanges();
    expect([changes.keys, changes.values, partition.size]).toEqual([["a"], [undefined], 0]);
  });

  it("keeps an operator's index as long as it is warm", () => {
    const partition = new StatePartition(0, 128);
    const index = partition.index(() => new Set());
    expect(partition.index(() => new Set())).toBe(index);
  });
});
