import fc from "fast-check";
import { KeyMap, keyBytes } from "../../shared/codec/index.js";
import { BadPairError, NotSerializableError } from "../../shared/errors/index.js";
import { smallKey } from "./arbitraries.js";

// Properties run many times, perhaps on a busy machine.
jest.setTimeout(30_000);

/** The same map, made simple: a list searched from the front. */
class Model {
  list: { key: unknown; value: number }[] = [];

  find(key: unknown): { key: unknown; value: number } | undefined {
    return this.list.find((entry) => Buffer.compare(keyBytes(entry.key), keyBytes(key)) === 0);
  }
}

const step = fc.tuple(
  fc.constantFrom("set" as const, "set" as const, "get" as const, "delete" as const),
  smallKey.filter((key) => key !== undefined),
  fc.nat(),
);

describe("KeyMap", () => {
  it("does what a list of keys compared by their bytes would do", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = new KeyMap<number>();
        const model = new Model();
        for (const [action, key, value] of steps) {
          const known = model.find(key);
          if (action === "set") {
            map.set(key, value);
            if (known) known.value = value;
            else model.list.push({ key, value });
          } else if (action === "get") {
            expect(map.get(key)).toBe(known?.value);
            expect(map.has(key)).toBe(known !== undefined);
          } else {
            expect(map.delete(key)).toBe(known !== undefined);
            model.list = model.list.filter((entry) => entry !== known);
          }
          expect(map.size).toBe(model.list.length);
        }
        expect([...map.values()]).toEqual(model.list.map(({ value }) => value));
        expect([...map.keys()].map((key) => Buffer.from(keyBytes(key)).toString("hex"))).toEqual(
          model.list.map(({ key }) => Buffer.from(keyBytes(key)).toString("hex")),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("keeps the order in which keys of all sorts were added", () => {
    const map = new KeyMap<number>().set("b", 1).set([1], 2).set("a", 3).set({ x: 1 }, 4).set(null, 5);
    map.set([1], 6);
    expect([...map]).toEqual([
      ["b", 1],
      [[1], 6],
      ["a", 3],
      [{ x: 1 }, 4],
      [null, 5],
    ]);
    expect([...map.entries()]).toEqual([...map]);
    const visited: unknown[] = [];
    map.forEach((value, key) => {
      visited.push([key, value]);
    });
    expect(visited).toEqual([...map]);
  });

  it("does not take a string for the composite key it looks like", () => {
    const composite = ["a", 1];
    const lookalike = Buffer.from(keyBytes(composite)).toString("latin1");
    const map = new KeyMap<string>().set(lookalike, "string").set(composite, "array");
    expect(map.get(lookalike)).toBe("string");
    expect(map.get(["a", 1])).toBe("array");
    expect(map.size).toBe(2);
  });

  it("takes −0 for 0 and NaN for itself, 1, 1n and '1' for three keys", () => {
    const map = new KeyMap<string>().set(-0, "zero").set(Number.NaN, "nan").set(1, "a").set(1n, "b").set("1", "c");
    expect(map.get(0)).toBe("zero");
    expect(map.get(Number.NaN)).toBe("nan");
    expect([map.get(1), map.get(1n), map.get("1")]).toEqual(["a", "b", "c"]);
  });

  it("remembers a value of undefined", () => {
    const map = new KeyMap<undefined>().set("a", undefined).set([1], undefined);
    expect([map.has("a"), map.has([1]), map.has([2])]).toEqual([true, true, false]);
  });

  it("forgets", () => {
    const map = new KeyMap<number>().set([1], 1).set([2], 2).set("a", 3);
    expect(map.delete([1])).toBe(true);
    expect(map.delete([1])).toBe(false);
    expect(map.get([1])).toBe(undefined);
    map.set([1], 4);
    expect([...map.values()]).toEqual([2, 3, 4]);
    map.clear();
    expect([map.size, map.has([2]), map.has("a")]).toEqual([0, false, false]);
    map.set([2], 5);
    expect([...map]).toEqual([[[2], 5]]);
  });

  it("lets go of keys that were removed", () => {
    const [first, second, third] = [[1], [1], [1]];
    const map = new KeyMap<number>().set(first, 1);
    map.delete([1]);
    map.set(second, 2);
    expect([...map.keys()][0]).toBe(second);
    map.clear();
    map.set(third, 3);
    expect([...map.keys()][0]).toBe(third);
  });

  it("refuses undefined as a key, and keys that cannot be encoded", () => {
    const map = new KeyMap<number>().set([1], 1);
    expect(() => map.set(undefined, 1)).toThrow(BadPairError);
    expect(() => map.set([() => 1], 1)).toThrow(NotSerializableError);
    expect([map.get(undefined), map.has(undefined), map.delete(undefined)]).toEqual([undefined, false, false]);
    expect(map.size).toBe(1);
  });
});
