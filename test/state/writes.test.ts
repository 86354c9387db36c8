/** What of the state is written: all that changed, and nothing else. */

import type { Manifest } from "../../shared/checkpoint/index.js";
import { registerCodec } from "../../shared/codec/index.js";
import { BatchFailedError, type DStream, UserCodeError } from "../../shared/index.js";
import { observe, program, type RunOptions, type Seen, sorted, World } from "../engine/world.js";
import { watched } from "./written.js";

type Update<V, S> = (values: readonly V[], state: S | undefined, key: string) => S | undefined;

interface Options<S> extends RunOptions {
  readonly initialState?: readonly (readonly [string, S])[];
  readonly numPartitions?: number;
}

/** Keys that never change, so that the changes of the others are too few for a snapshot. */
const REST = Array.from({ length: 100 }, (_, i) => [`rest-${i}`, "unchanged"] as const);
const isRest = ([key]: readonly [unknown, unknown]): boolean => String(key).startsWith("rest-");

/** Runs batches of pairs through `updateStateByKey` and says what each batch wrote and what the state was after it. */
async function run<V, S>(
  batches: readonly (readonly (readonly [string, V])[])[],
  update: Update<V, S>,
  options: Options<S> = {},
) {
  const { initialState = [], numPartitions = 1, ...rest } = options;
  const world = new World();
  const { ports, chunks } = watched(world.ports);
  const seen: Seen<[string, S]> = new Map();
  const app = program((ssc) => {
    const states = (ssc.queueStream(batches) as unknown as DStream<[string, V]>).updateStateByKey<unknown>(
      (values, state, key) => (isRest([key, state]) ? state : update(values, state as S | undefined, key)),
      { name: "s", numPartitions, initialState: [...REST, ...initialState] },
    );
    observe(ssc, states.filter((pair) => !isRest(pair)) as DStream<[string, S]>, seen);
  });
  const perBatch: (typeof chunks)[] = [];
  const listener = { onBatchCommitted: () => void perBatch.push(chunks.splice(0)) };
  const driver = world.driver(app, { batches: batches.length, ports, listener, ...rest });
  await driver.run();
  const manifest = driver.manifest as Manifest;
  return {
    world,
    app,
    seen,
    manifest,
    entries: perBatch.map((some) => some.flatMap((chunk) => chunk.entries).filter((entry) => !isRest(entry))),
  };
}

const letters = (text: string): [string, number][] => [...text].map((letter) => [letter, 1]);

describe("a batch writes", () => {
  it("the keys whose state changed, and nothing when none did", async () => {
    const { entries, seen } = await run(
      [letters("ab"), letters("a"), [], letters("c"), letters("x")],
      (ones: readonly number[], total: number | undefined, key) =>
        key === "x" ? undefined : (total ?? 0) + ones.length,
    );
    expect(entries.map(sorted)).toEqual([
      [
        ["a", 1],
        ["b", 1],
      ],
      [["a", 2]],
      [],
      [["c", 1]],
      [],
    ]);
    expect(sorted(seen.get(5000) ?? [])).toEqual([
      ["a", 2],
      ["b", 1],
      ["c", 1],
    ]);
  });

  it("nothing for a new value that equals the old one", async () => {
    const states: Record<string, () => unknown> = {
      a: () => ({ n: 1, list: [1, { deep: "x" }], none: undefined }),
      b: () => new Map([["k", new Set([1])]]),
      c: () => new Date(5),
      d: () => Uint8Array.of(1, 2),
      e: () => Number.NaN,
      f: () => [[], {}],
      g: () => "text",
      h: () => 12345678901234567890n,
      i: () => null,
    };
    const { entries } = await run([letters("abcdefghi"), letters("abcdefghi"), []], (_ones, _state, key) =>
      states[key]?.(),
    );
    expect(entries.map(({ length }) => length)).toEqual([9, 0, 0]);
  });

  it.each<[string, unknown, unknown]>([
    ["-0 and 0", 0, -0],
    ["a property that is undefined and one that is not there", {}, { a: undefined }],
    ["another order of properties", { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["a list and an object of the same entries", ["x"], { 0: "x" }],
    ["a hole and undefined", [undefined], new Array(1)],
    ["an object with and without prototype", { a: 1 }, Object.assign(Object.create(null), { a: 1 })],
    ["a number and its text", 1, "1"],
    ["null and an empty object", null, {}],
    ["a Map and a Set", new Map(), new Set()],
    ["another order in a Set", new Set([1, 2]), new Set([2, 1])],
    ["a date and its number", new Date(1), 1],
    ["a Map and what equals it plainly", new Map([["a", 1]]), { a: 1 }],
  ])("a change between %s", async (_what, before, after) => {
    const { entries, world, app, seen } = await run([letters("a"), letters("a"), []], (ones, state: unknown) =>
      ones.length === 0 ? state : state === undefined ? before : after,
    );
    expect(entries[1]).toEqual([["a", after]]);
    expect(Object.is(entries[1]?.[0]?.[1], after) || typeof after === "object").toBe(true);
    expect(seen.get(3000)).toEqual([["a", after]]);
    // And it is read back.
    await world.run(app, { batches: 1 });
    expect(seen.get(4000)).toEqual([["a", after]]);
  });

  it("a removal, once, and the key as new when it comes back", async () => {
    const { entries, seen, manifest } = await run(
      [letters("ab"), letters("a"), [], letters("a"), letters("a"), letters("aa")],
      (ones: readonly number[], total: number | undefined) =>
        ones.length === 1 && total === 1 ? undefined : (total ?? 0) + ones.length,
    );
    expect(entries.map(sorted)).toEqual([
      [
        ["a", 1],
        ["b", 1],
      ],
      [["a", undefined]],
      [],
      [["a", 1]],
      [["a", undefined]],
      [["a", 2]],
    ]);
    expect(seen.get(2000)).toEqual([["b", 1]]);
    expect(manifest.state.s?.partitions[0]?.keys).toBe(REST.length + 2);
  });

  it("nothing for a key that comes and goes within the batch", async () => {
    const { entries, manifest } = await run([letters("ab")], (ones, _state, key) =>
      key === "a" ? undefined : ones.length,
    );
    expect(entries).toEqual([[["b", 1]]]);
    expect(manifest.state.s?.partitions[0]?.keys).toBe(REST.length + 1);
  });

  it("small chunks to the table and large ones to the block store", async () => {
    const world = new World();
    const { ports, chunks } = watched(world.ports);
    const app = program((ssc) => {
      const states = ssc
        .queueStream([[["k", 100]], [["k", 9000]], [["k", 200]]] as [string, number][][])
        .updateStateByKey<string>(([n = 0]) => "x".repeat(n));
      observe(ssc, states, new Map());
    });
    await world.run(app, { batches: 3, ports });
    expect(chunks.map(({ at }) => at)).toEqual(["table", "blocks", "table"]);
  });
});

class Basket {
  constructor(readonly items: string[]) {}
}
registerCodec(Basket, { name: "test/Basket", encode: ({ items }) => items, decode: (items) => new Basket(items) });

describe("state that is changed in place", () => {
  it.each<[string, () => object, (state: never) => void]>([
    ["an object", () => ({ n: 0 }), (state: { n: number }) => void (state.n += 1)],
    ["a list", () => [0], (state: number[]) => void state.push(1)],
    [
      "something deep inside",
      () => ({ a: [{ n: 0 }] }),
      (state: { a: { n: number }[] }) => void delete (state.a[0] as { n?: number }).n,
    ],
    [
      "inside something that was frozen before",
      () => Object.freeze({ a: [0] }),
      (state: { a: number[] }) => void state.a.push(1),
    ],
  ])("is refused: %s", async (_what, make, mutate) => {
    const error: BatchFailedError = await run([letters("a"), letters("a")], (_ones, state: object | undefined) => {
      if (state === undefined) return make();
      mutate(state as never);
      return state;
    }).then(
      () => Promise.reject(new Error("it did not fail")),
      (e: unknown) => e as BatchFailedError,
    );
    expect(error).toBeInstanceOf(BatchFailedError);
    expect(error.cause).toBeInstanceOf(UserCodeError);
    expect((error.cause as UserCodeError).cause).toMatchObject({ name: "TypeError" });
    expect(error.details).toMatchObject({ operator: "s", batchTime: 2000 });
  });

  it.each<[string, () => object, (state: never) => void, object]>([
    [
      "a Map",
      () => new Map(),
      (state: Map<string, number>) => void state.set("n", (state.get("n") ?? 0) + 1),
      new Map([["n", 2]]),
    ],
    ["a Set", () => new Set(), (state: Set<number>) => void state.add(state.size), new Set([0, 1])],
    ["a Date", () => new Date(0), (state: Date) => void state.setTime(state.getTime() + 1), new Date(2)],
    ["bytes", () => Uint8Array.of(0), (state: Uint8Array) => void (state[0] = (state[0] ?? 0) + 1), Uint8Array.of(2)],
    [
      "a Map in an object",
      () => ({ m: new Map() }),
      ({ m }: { m: Map<string, number> }) => void m.set("n", m.size + (m.get("n") ?? 0)),
      { m: new Map([["n", 1]]) },
    ],
    ["a registered class", () => new Basket([]), (state: Basket) => void state.items.push("x"), new Basket(["x", "x"])],
  ])("is noticed: %s", async (_what, make, mutate, after) => {
    const { entries, world, app, seen } = await run(
      [letters("a"), letters("a"), letters("a"), []],
      (ones, state: object | undefined) => {
        if (ones.length === 0) return state;
        if (state === undefined) return make();
        mutate(state as never);
        return state;
      },
    );
    expect(entries.map(({ length }) => length)).toEqual([1, 1, 1, 0]);
    await world.run(app, { batches: 1 });
    expect(seen.get(5000)).toEqual([["a", after]]);
  });
});

describe("the chain of chunks", () => {
  const KEYS = 200;
  const keyed = (n: number): [string, number][] => Array.from({ length: n }, (_, i) => [`key-${i}`, i]);
  const counting: Update<number, number[]> = (values, state = []) =>
    values.length === 0 ? state : [state.length, ...values];

  it("becomes one snapshot when the deltas are as large as it, and stays short", async () => {
    const batches = [
      keyed(KEYS),
      ...Array.from({ length: 400 }, (_, i): [string, number][] => [[`key-${i % KEYS}`, i]]),
    ];
    let longest = 0;
    let largest = 0;
    const world = new World();
    const { ports, chunks } = watched(world.ports);
    const seen: Seen<[string, number[]]> = new Map();
    const app = program((ssc) => {
      const states = ssc.queueStream(batches).updateStateByKey<number[]>(counting, { name: "s", numPartitions: 1 });
      observe(ssc, states, seen);
    });
    const listener = {
      onBatchCommitted: () => {
        const chain = driver.manifest?.state.s?.partitions[0]?.chain ?? [];
        longest = Math.max(longest, chain.length);
        largest = Math.max(
          largest,
          chain.reduce((sum, { bytes }) => sum + bytes, 0),
        );
      },
    };
    const driver = world.driver(app, { batches: batches.length, ports, listener });
    await driver.run();
    const snapshots = chunks.filter(({ entries }) => entries.length === KEYS);
    expect(longest).toBeGreaterThan(10);
    expect(longest).toBeLessThanOrEqual(64);
    expect(snapshots.length).toBeGreaterThan(2);
    expect(largest).toBeLessThan(2.2 * Math.max(...snapshots.map(({ bytes }) => bytes)));
    const written = chunks.reduce((sum, { bytes }) => sum + bytes, 0);
    const deltas = chunks.filter(({ entries }) => entries.length < KEYS).reduce((sum, { bytes }) => sum + bytes, 0);
    // Snapshots cost about as much again as the deltas they stand for.
    expect(written).toBeLessThan(2.5 * deltas);
    const warm = seen.get(401_000);
    await world.run(app, { batches: 1 });
    expect(seen.get(402_000)).toEqual(warm);
  });

  it("is one snapshot when every key changes in every batch", async () => {
    const world = new World();
    const app = program((ssc) => {
      const totals = ssc
        .queueStream([keyed(50), keyed(50), keyed(50)])
        .updateStateByKey<number>(([n = 0], total = 0) => total + n + 1, { name: "s", numPartitions: 1 });
      observe(ssc, totals, new Map());
    });
    const driver = world.driver(app, { batches: 3 });
    await driver.run();
    expect(driver.manifest?.state.s?.partitions[0]?.chain).toHaveLength(1);
  });
});

describe("initialState", () => {
  const initialState = [
    ["a", { n: 10 }],
    ["b", { n: 20 }],
  ] as const;
  const update: Update<number, { n: number }> = (ones, state) => ({ n: (state?.n ?? 0) + ones.length });

  it("is the state before the first batch, once, whatever comes later", async () => {
    const { world, app, seen, entries } = await run([letters("ac"), []], update, { initialState, numPartitions: 3 });
    expect(sorted(seen.get(1000) ?? [])).toEqual([
      ["a", { n: 11 }],
      ["b", { n: 20 }],
      ["c", { n: 1 }],
    ]);
    expect(sorted(entries[0] ?? [])).toEqual([
      ["a", { n: 11 }],
      ["b", { n: 20 }],
      ["c", { n: 1 }],
    ]);
    await world.run(app, { batches: 1 });
    expect(sorted(seen.get(3000) ?? [])).toEqual(sorted(seen.get(2000) ?? []));
  });

  it("does not come back after its keys were removed and the application started again", async () => {
    const { world, app, seen } = await run([letters("ab"), []], (ones) => (ones.length > 0 ? undefined : 1), {
      initialState: [
        ["a", 1],
        ["b", 2],
      ],
    });
    expect(seen.get(1000)).toEqual([]);
    await world.run(app, { batches: 1 });
    expect(seen.get(3000)).toEqual([]);
  });

  it("waits for the first batch that has an RDD, or is committed", async () => {
    const world = new World();
    const seen: Seen<[string, number]> = new Map();
    let bad = true;
    const app = program(
      (ssc) => {
        const states = ssc.queueStream<[string, number]>([null, [["a", 1]], [["a", 1]]]).updateStateByKey<number>(
          (ones, total = 0) => {
            if (bad && ones.length > 0) throw new Error("bad");
            return total + ones.length;
          },
          { initialState: [["a", 5]] },
        );
        observe(ssc, states, seen);
      },
      { onBatchFailure: "skip" },
    );
    const listener = { onBatchCommitted: ({ time }: { time: number }) => void (bad = time < 2000) };
    await expect(world.run(app, { batches: 3, listener })).rejects.toThrow("Batch 2000 ms failed");
    expect([...seen]).toEqual([[3000, [["a", 6]]]]);
  });
});
