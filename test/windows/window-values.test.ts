import fc from "fast-check";
import { JoinedValues, ReducedValues, WindowContents } from "../../shared/state/index.js";

describe("ReducedValues", () => {
  it("is the reduction of the queue, oldest first, whatever comes and goes", () => {
    const steps = fc.array(fc.constantFrom("add", "drop", "ask"), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 9 }), (ops, flipAt) => {
        const values = new ReducedValues((a, b) => `${a}${b}`, flipAt);
        const queue: string[] = [];
        ops.forEach((op, i) => {
          if (op === "add") {
            values.add(`${i},`);
            queue.push(`${i},`);
          } else if (op === "drop" && queue.length > 0) {
            values.dropOldest();
            queue.shift();
          }
          expect(values.isEmpty).toBe(queue.length === 0);
          if (op === "ask" && queue.length > 0) expect(values.result()).toBe(queue.join(""));
        });
      }),
    );
  });

  it.each([10, 100, 1000])(
    "calls the function at most three times a slide, on average, with a window of %d",
    (window) => {
      let calls = 0;
      const values = new ReducedValues((a, b) => {
        calls += 1;
        return (a as number) + (b as number);
      }, 1);
      const slides = 5 * window;
      for (let i = 0; i < slides; i++) {
        values.add(1);
        if (i >= window) values.dropOldest();
        expect(values.result()).toBe(Math.min(i + 1, window));
      }
      expect(calls / slides).toBeLessThan(3);
    },
  );

  it("spreads the flips of many keys over the batches", () => {
    const window = 20;
    let calls = 0;
    const reduce = (a: unknown, b: unknown): unknown => {
      calls += 1;
      return (a as number) + (b as number);
    };
    const contents = new WindowContents((ordinal) => new ReducedValues(reduce, 1 + (ordinal % window)));
    const keys = 200;
    const perSlide: number[] = [];
    for (let time = 1; time <= 100; time++) {
      calls = 0;
      contents.dropUpTo(time - window);
      contents.begin(time, `n${time}`);
      for (let key = 0; key < keys; key++) contents.add(key, 1);
      contents.forEach((_key, values) => {
        expect(values.result()).toBe(Math.min(time, window));
      });
      perSlide.push(calls);
    }
    expect(Math.max(...perSlide)).toBeLessThanOrEqual(4 * keys);
  });

  it("freezes what it keeps", () => {
    const values = new ReducedValues(
      ReducedValues.frozen((a, b) => {
        (a as number[]).push(...(b as number[]));
        return a;
      }),
      5,
    );
    values.add([1]);
    expect(() => values.add([2])).toThrow(TypeError);
  });
});

describe("JoinedValues", () => {
  it("joins lists, oldest first", () => {
    const values = new JoinedValues();
    values.add([1, 2]);
    values.add([3]);
    values.add([4]);
    values.dropOldest();
    expect(values.result()).toEqual([3, 4]);
    expect(values.isEmpty).toBe(false);
  });
});

describe("WindowContents", () => {
  it("forgets keys whose values are all gone, and says what is in it", () => {
    const contents = new WindowContents(() => new JoinedValues());
    contents.begin(1, "one");
    contents.add(["composite", 1], ["x"]);
    contents.begin(2, "two");
    contents.add("b", ["y"]);
    contents.add(["composite", 1], ["z"]);
    expect([contents.size, contents.names]).toEqual([2, ["one", "two"]]);
    contents.dropUpTo(1);
    const shown: unknown[] = [];
    contents.forEach((key, values) => {
      shown.push([key, values.result()]);
    });
    expect(shown).toEqual([
      [["composite", 1], ["z"]],
      ["b", ["y"]],
    ]);
    contents.dropUpTo(2);
    expect([contents.size, contents.names]).toEqual([0, []]);
  });
});
