import fc from "fast-check";
import {
  IllegalArgumentError,
  IllegalStateError,
  milliseconds,
  State,
  StateSpec,
  type StreamingContext,
  seconds,
} from "../../shared/index.js";
import { runBatches } from "../../shared/testing/index.js";
import { graphOf, observe, program, type Seen, sorted, World } from "../engine/world.js";

describe("State", () => {
  const thrown = (f: () => unknown): unknown => {
    try {
      return f();
    } catch (error) {
      return error;
    }
  };

  it("is empty when it is new", () => {
    const state = new State<number>();
    expect([state.exists(), state.getOption(), state.isTimingOut()]).toEqual([false, undefined, false]);
    expect(thrown(() => state.get())).toBeInstanceOf(IllegalStateError);
    expect(() => state.get()).toThrow("No such element");
  });

  it("wraps a value", () => {
    const state = new State<number>().wrap(1);
    expect([state.exists(), state.get(), state.getOption()]).toEqual([true, 1, 1]);
    expect([state.isUpdated(), state.isRemoved()]).toEqual([false, false]);
  });

  it("can be updated and then removed, once", () => {
    const state = new State<number>();
    state.update(2);
    expect([state.exists(), state.get(), state.isUpdated()]).toEqual([true, 2, true]);
    state.remove();
    expect([state.exists(), state.isRemoved()]).toEqual([false, true]);
    expect(thrown(() => state.remove())).toBeInstanceOf(IllegalArgumentError);
    expect(thrown(() => state.update(3))).toBeInstanceOf(IllegalArgumentError);
  });

  it("can be removed where there is none, and not set to undefined", () => {
    expect(() => new State<number>().remove()).not.toThrow();
    expect(() => new State<number | undefined>().update(undefined)).toThrow(IllegalArgumentError);
  });

  it("cannot be changed while it times out", () => {
    const state = new State<number>().wrap(3, true);
    expect([state.exists(), state.get(), state.isTimingOut()]).toEqual([true, 3, true]);
    expect(thrown(() => state.update(4))).toBeInstanceOf(IllegalArgumentError);
    expect(thrown(() => state.remove())).toBeInstanceOf(IllegalArgumentError);
  });
});

describe("StateSpec", () => {
  it.each([
    ["a time-out of zero", () => StateSpec.function(() => 1).timeout(milliseconds(0))],
    ["no partitions", () => StateSpec.function(() => 1).numPartitions(0)],
    ["no function", () => StateSpec.function(undefined as never)],
  ])("refuses %s", (_name, make) => {
    expect(make).toThrow(IllegalArgumentError);
  });

  it("is not changed by its methods", () => {
    const spec = StateSpec.function(() => 1);
    spec.timeout(seconds(1)).numPartitions(3);
    expect(spec.settings.timeout).toBeUndefined();
    expect(spec.settings.numPartitions).toBeUndefined();
  });
});

type Record = readonly [string, number];

/** Sums; says what it saw of each call. */
const summing = (key: string, value: number | undefined, state: State<number>): [string, string] => {
  if (state.isTimingOut()) return [key, `gone ${state.get()}`];
  if (value === 0) state.remove();
  else if (value !== undefined && value > 0) state.update((state.getOption() ?? 0) + value);
  return [key, String(state.getOption())];
};

/** The same without an engine. A value below zero only looks. */
function meaning(batches: readonly (readonly Record[] | null)[], timeout: number | undefined) {
  const states = new Map<string, { sum: number; stamp: number }>();
  return batches.map((batch, i) => {
    const now = i + 1;
    const values: [string, string][] = [];
    for (const [key, value] of batch ?? []) {
      const before = states.get(key);
      if (value === 0) states.delete(key);
      else if (value > 0) states.set(key, { sum: (before?.sum ?? 0) + value, stamp: now });
      else if (before !== undefined) before.stamp = now;
      values.push([key, String(states.get(key)?.sum)]);
    }
    for (const [key, { sum, stamp }] of [...states]) {
      if (timeout === undefined || stamp >= now - timeout) continue;
      values.push([key, `gone ${sum}`]);
      states.delete(key);
    }
    return { values, snapshot: [...states].map(([key, { sum }]) => [key, sum]) };
  });
}

describe("mapWithState", () => {
  const setting = fc.record({
    batches: fc.array(
      fc.option(
        fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.integer({ min: -1, max: 3 })), { maxLength: 6 }),
        {
          nil: null,
          freq: 6,
        },
      ),
      { minLength: 1, maxLength: 12 },
    ),
    timeout: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    numPartitions: fc.integer({ min: 1, max: 4 }),
    executors: fc.record({ count: fc.integer({ min: 1, max: 3 }), isolated: fc.boolean() }),
    restartAfter: fc.option(fc.integer({ min: 1, max: 11 }), { nil: undefined }),
  });

  it.each(["results", "snapshots"])(
    "means what it says, however it is spread and interrupted: %s",
    async (what) => {
      await fc.assert(
        fc.asyncProperty(setting, async ({ batches, timeout, numPartitions, executors, restartAfter }) => {
          const spec = StateSpec.function(summing).numPartitions(numPartitions);
          const out = await runBatches({
            batchDuration: seconds(1),
            inputs: [batches],
            // Records of a key come in one order only where they are in one partition.
            partitions: 1,
            executors,
            ...(restartAfter !== undefined && { restartAfter }),
            build: (_ssc, stream) => {
              const mapped = stream.mapWithState(timeout === undefined ? spec : spec.timeout(seconds(timeout)));
              return (what === "results" ? mapped : mapped.stateSnapshots()) as typeof mapped;
            },
          });
          const expected = meaning(batches, timeout);
          expect(out.map(({ values }) => sorted<unknown>(values))).toEqual(
            expected.map(({ values, snapshot }) => sorted<unknown>(what === "results" ? values : snapshot)),
          );
        }),
        { numRuns: 40 },
      );
    },
    60_000,
  );

  it("calls the function for keys with records only", async () => {
    const calls: string[] = [];
    const spec = StateSpec.function((key: string, value: number | undefined, state: State<number>) => {
      calls.push(key);
      state.update(value ?? -1);
      return undefined;
    }).initialState([
      ["k1", 1],
      ["k2", 2],
    ]);
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[[["k3", 3]]]] as [[[[string, number]]]],
      build: (_ssc, stream) => stream.mapWithState(spec).stateSnapshots(),
    });
    expect(calls).toEqual(["k3"]);
    expect(sorted(out[0]?.values ?? [])).toEqual([
      ["k1", 1],
      ["k2", 2],
      ["k3", 3],
    ]);
  });

  it("stamps initial state with the first batch", async () => {
    const spec = StateSpec.function((key: string, _value: number | undefined, state: State<number>) =>
      state.isTimingOut() ? key : undefined,
    )
      .initialState([["old", 1]])
      .timeout(seconds(2));
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[] as [string, number][][]],
      batches: 5,
      build: (_ssc, stream) => stream.mapWithState(spec),
    });
    // Touched at 1 s, older than 2 s for the first time at 4 s.
    expect(out.map(({ values }) => values)).toEqual([[], [], [], ["old"], []]);
  });

  it("gives results and snapshots of one pass over the records", async () => {
    const calls: number[] = [];
    const results: Seen<unknown> = new Map();
    const snapshots: Seen<unknown> = new Map();
    const app = program((ssc: StreamingContext) => {
      const counts = ssc.queueStream<[string, number]>([[["a", 1]], [["a", 2]]]).mapWithState(
        StateSpec.function((_key: string, value: number | undefined, state: State<number>) => {
          calls.push(value ?? 0);
          state.update((state.getOption() ?? 0) + (value ?? 0));
          return state.get();
        }),
        { name: "counts" },
      );
      observe(ssc, counts, results, "results");
      observe(ssc, counts.stateSnapshots(), snapshots, "snapshots");
    });
    await new World().run(app, { batches: 3 });
    expect(calls).toEqual([1, 2]);
    expect([...results.values()]).toEqual([[1], [3], []]);
    expect([...snapshots.values()]).toEqual([[["a", 1]], [["a", 3]], [["a", 3]]]);
  });

  it("writes nothing for keys that are only looked at, and for states set to what they are", async () => {
    const world = new World();
    const build = (input: readonly (readonly [string, number])[][]) =>
      program((ssc: StreamingContext) => {
        const stream = ssc.queueStream<readonly [string, number]>(input).mapWithState(
          StateSpec.function((_key: string, value: number | undefined, state: State<object>) => {
            if (value === 1) state.update({ n: 1 });
            else if (value === 2) state.update(state.get());
            return state.exists();
          }),
          { name: "s" },
        );
        observe(ssc, stream, new Map());
      });
    const tips: unknown[] = [];
    const driver = world.driver(build([[["a", 1]], [["a", 2]], [["a", 3]], [["b", 1]]]), {
      batches: 4,
      listener: {
        onBatchCommitted: () => tips.push(driver.manifest?.state.s?.partitions.map((p) => p.chain.at(-1)?.name)),
      },
    });
    await driver.run();
    expect(tips[0]).not.toEqual([undefined]);
    expect(tips[1]).toEqual(tips[0]);
    expect(tips[2]).toEqual(tips[0]);
    expect(tips[3]).not.toEqual(tips[0]);
  });

  it("keeps a Map that was changed in place without update", async () => {
    const spec = StateSpec.function((_key: string, value: number | undefined, state: State<Map<number, number>>) => {
      if (!state.exists()) state.update(new Map());
      else state.get().set(value ?? 0, 1);
      return state.get().size;
    });
    const run = (restartAfter: number) =>
      runBatches({
        batchDuration: seconds(1),
        inputs: [[1, 2, 3, 4].map((n) => [["k", n] as [string, number]])],
        restartAfter,
        build: (_ssc, stream) => stream.mapWithState(spec),
      });
    for (const restartAfter of [1, 2, 3]) {
      expect((await run(restartAfter)).map(({ values }) => values)).toEqual([[0], [1], [2], [3]]);
    }
  });

  it("names key, value and operator when the function throws", async () => {
    const run = runBatches({
      batchDuration: seconds(1),
      inputs: [[[["k", 7]]]] as [[[[string, number]]]],
      build: (_ssc, stream) =>
        stream.mapWithState(
          StateSpec.function((_key: string, _value: number | undefined, state: State<number>) => state.get()),
          { name: "looks" },
        ),
    });
    await expect(run).rejects.toThrow(/looks.*\["k",7\].*No such element|No such element/s);
  });

  it("needs storage and has its own checkpoint interval check", () => {
    const graph = graphOf(
      program((ssc) => {
        const mapped = ssc.queueStream<[string, number]>([]).mapWithState(StateSpec.function(summing));
        expect(() => mapped.checkpoint(milliseconds(1500))).toThrow(IllegalArgumentError);
        mapped.checkpoint(seconds(10)).stateSnapshots().print();
      }),
    );
    expect(graph.nodes.filter((node) => node.stateful !== undefined).map((node) => node.uid)).toEqual([
      "mapWithState-0",
    ]);
  });
});
