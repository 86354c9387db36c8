import fc from "fast-check";
import { shrink } from "../../shared/simulation/index.js";

describe("shrink", () => {
  it("finds the few of many that it takes", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 60 }), fc.nat(), fc.nat(), (list, a, b) => {
        const needed = [...new Set([list[a % list.length], list[b % list.length]])] as number[];
        const found = shrink(list, (some) => needed.every((one) => some.includes(one)), 10_000);
        expect([...found].sort()).toEqual([...needed].sort());
      }),
    );
  });

  it("finds that nothing was needed", () => {
    expect(shrink([1, 2, 3], () => true)).toEqual([]);
  });

  it("gives up asking, and then has what it has", () => {
    let asked = 0;
    const list = Array.from({ length: 100 }, (_, i) => i);
    const found = shrink(list, (some) => ++asked > 0 && some.includes(3) && some.includes(97), 5);
    expect(asked).toBeLessThanOrEqual(5);
    expect(found).toEqual(expect.arrayContaining([3, 97]));
  });
});
