import { registerCodec } from "../../shared/codec/index.js";
import {
  BadPairError,
  BatchFailedError,
  type DStream,
  NotSerializableError,
  OutputFailedError,
  SluiceError,
  seconds,
  UserCodeError,
} from "../../shared/index.js";
import { type ExecutorOptions, runBatches } from "../../shared/testing/index.js";
import { observe, program, type Seen, sorted, World } from "./world.js";

type Pair = [string, number];
/** Programs here may be wrong in ways that do not compile. */
type Untyped = DStream<Pair>;

const places: readonly (readonly [string, ExecutorOptions])[] = [
  ["in the driver's process", {}],
  ["on two isolated executors", { count: 2, isolated: true }],
];

const PAIRS: readonly Pair[] = [
  ["a", 1],
  ["b", 2],
  ["a", 3],
  ["bad", 4],
];

function shouldFail(): never {
  throw new Error("it did not fail");
}

/** Runs one good batch and one whose last record is bad, and returns what the call rejects with. */
async function failure(build: (pairs: DStream<Pair>) => DStream<unknown>, executors: ExecutorOptions = {}) {
  const running = runBatches({
    batchDuration: seconds(1),
    inputs: [[[["a", 1]], PAIRS]],
    build: (_ssc, pairs) => build(pairs as DStream<Pair>),
    executors,
  });
  return running.then(
    () => shouldFail(),
    (error: unknown) => error as BatchFailedError & { outputs: { time: number }[] },
  );
}

/** A function of the user's that fails on the bad record, wherever it is in the argument. */
function boom<R>(argument: unknown, result: R): R {
  if (JSON.stringify(argument)?.includes("bad")) throw new RangeError("boom");
  return result;
}

describe.each(places)("a function that throws, %s", (_place, executors) => {
  const add = (a: number, b: number): number => a + b;
  /** By operator uid: the program, the partition of the bad record, and the record as it is shown. */
  const cases: [
    uid: string,
    build: (pairs: DStream<Pair>) => DStream<unknown>,
    partition: number,
    record: string | undefined,
  ][] = [
    ["map-0", (s) => s.map((pair) => boom(pair, pair)), 1, '["bad",4]'],
    ["filter-0", (s) => s.filter((pair) => boom(pair, true)), 1, '["bad",4]'],
    ["flatMap-0", (s) => s.flatMap((pair) => boom(pair, [pair])), 1, '["bad",4]'],
    [
      "flatMap-0",
      (s) =>
        s.flatMap(function* (pair) {
          yield boom(pair, pair);
        }),
      1,
      '["bad",4]',
    ],
    ["mapToPair-0", (s) => s.mapToPair(([k, v]) => boom(k, [v, k])), 1, '["bad",4]'],
    ["flatMapToPair-0", (s) => s.flatMapToPair(([k, v]) => boom(k, [[v, k]] as const)), 1, '["bad",4]'],
    ["mapPartitions-0", (s) => s.mapPartitions((all) => boom(all, all)), 1, undefined],
    ["mapPartitionsWithIndex-0", (s) => s.mapPartitionsWithIndex((i, all) => boom(all, [i])), 1, undefined],
    [
      "mapValues-0",
      (s) => s.map(([k, v]): Pair => [`${v}`, k.length]).mapValues((n) => (n === 3 ? boom("bad", n) : n)),
      1,
      '["4",3]',
    ],
    ["flatMapValues-0", (s) => s.flatMapValues((n) => (n === 4 ? boom("bad", []) : [n])), 1, '["bad",4]'],
    ["reduce-0", (s) => s.reduce((a, b) => boom(b, a)), 1, '["bad",4]'],
    // The two values of "a" meet after the shuffle, in the partition of "a".
    ["reduceByKey-0", (s) => s.reduceByKey((a, b) => (b === 3 ? boom("bad", a) : a + b)), 0, '["a",3]'],
    ["combineByKey-0", (s) => s.combineByKey((v) => (v === 4 ? boom("bad", v) : v), add, add), 1, '["bad",4]'],
    [
      "totals",
      (s) =>
        s.updateStateByKey<number>((values, _total, key) => boom(key, values.length), {
          name: "totals",
          numPartitions: 1,
        }),
      0,
      '["bad",[4]]',
    ],
    [
      "updateStateByKey-0",
      (s) => s.updateStateByKeyIterator<number>((all) => boom([...all], []), { numPartitions: 1 }),
      0,
      undefined,
    ],
  ];

  it.each(cases)("names %s, partition, batch and record", async (uid, build, partition, record) => {
    const error = await failure(build, executors);
    expect(error).toBeInstanceOf(BatchFailedError);
    expect(error.details).toMatchObject({ operator: uid, batchTime: 2000, ...(record && { record }) });
    expect(error.details.partition).toBe(partition);
    expect(error.message).toContain(`Batch 2000 ms failed: The function of ${uid} failed`);
    expect(error.message).toContain(`(batch 2000 ms, partition ${partition}): RangeError: boom`);
    if (record !== undefined) expect(error.message).toContain(` on ${record} `);
    const { cause } = error;
    expect(cause).toBeInstanceOf(UserCodeError);
    const thrown = (cause as UserCodeError).cause as Error;
    expect(thrown).toMatchObject({ name: "RangeError", message: "boom" });
    expect(thrown.stack).toMatch(/at boom .*errors\.test/);
  });

  it("keeps what was thrown if it is no error, and cuts long records", async () => {
    const error = await failure(
      (s) =>
        s.map(([key]) => {
          if (key !== "bad") return { key };
          // biome-ignore lint/style/useThrowOnlyError: programs may
          throw "just a text";
        }),
      executors,
    );
    expect(error.message).toContain('it threw "just a text"');
    const long = await failure(
      (s) => s.map(([key]) => key.padEnd(10_000, "!")).map((text) => boom(text, text)),
      executors,
    );
    expect(long.message.length).toBeLessThan(500);
    expect(long.message).toContain("!!!…");
  });

  it("names a transform", async () => {
    const error = await failure(
      (s) => s.transform((rdd, time) => boom(time.milliseconds === 2000 && "bad", rdd)),
      executors,
    );
    expect(error).toBeInstanceOf(BatchFailedError);
    expect(error.details).toMatchObject({ operator: "transform-0", batchTime: 2000 });
    expect((error.cause as Error).cause).toMatchObject({ name: "RangeError", message: "boom" });
  });

  it("names the action's place in a transform", async () => {
    const error = await failure(
      (s) => s.transform(async (rdd) => ((await rdd.map((pair) => boom(pair, pair)).count()) > 0 ? rdd : rdd)),
      executors,
    );
    expect(error.details).toMatchObject({ operator: "transform-0/map-0", batchTime: 2000, partition: 1 });
  });
});

describe.each(places)("values that cannot be encoded, %s", (_place, executors) => {
  class Money {
    constructor(readonly cents: number) {}
  }
  const cycle = (): unknown => {
    const value: { self?: unknown } = {};
    value.self = value;
    return value;
  };
  const values: [what: string, make: () => unknown, path: string, text: string][] = [
    ["a class instance", () => ({ price: new Money(5) }), ".price", "class Money"],
    ["a function", () => ({ f: () => 1 }), ".f", "a function"],
    ["a cycle", () => ({ list: [cycle()] }), ".list[0].self", "a cycle"],
    ["a symbol", () => Symbol("s"), "", "a symbol"],
    ["a promise", () => Promise.resolve(1), "", "a promise"],
  ];

  async function expectNotSerializable(
    build: (pairs: Untyped) => DStream<unknown>,
    where: RegExp,
    path: string,
    text: string,
  ) {
    const error = await failure(build, executors);
    expect(error).toBeInstanceOf(BatchFailedError);
    const { cause } = error;
    expect(cause).toBeInstanceOf(NotSerializableError);
    expect(error.message).toMatch(where);
    expect(error.message).toContain(text);
    expect(error.message).toContain("batch 1000 ms, partition ");
    expect((cause as NotSerializableError).details.path).toMatch(new RegExp(`${path.replace(/[.[\]]/g, "\\$&")}$`));
    expect(error.details).toMatchObject({ batchTime: 1000 });
  }

  it.each(values)("%s at a shuffle edge", async (_what, make, path, text) => {
    await expectNotSerializable(
      (s) => s.mapValues(make as () => number).groupByKey(),
      /mapValues-0 cannot send pairs to groupByKey-0/,
      path,
      text,
    );
  });

  it.each(values)("%s as a key", async (_what, make, path, text) => {
    await expectNotSerializable(
      (s) => s.map(([, v]) => [make(), v] as unknown as Pair).reduceByKey((a) => a),
      /reduceByKey-0/,
      path,
      text,
    );
    await expectNotSerializable(
      (s) =>
        s
          .flatMap(
            ([k, v]) =>
              [
                [{ k }, v],
                [make(), v],
              ] as unknown as Pair[],
          )
          .groupByKey(),
      /groupByKey-0/,
      path,
      text,
    );
    await expectNotSerializable(
      (s) => s.map(([, v]) => [make(), v] as unknown as Pair).partitionBy(2),
      /partitionBy-0/,
      path,
      text,
    );
  });

  it.each(values)("%s in state", async (_what, make, path, text) => {
    await expectNotSerializable(
      (s) => s.updateStateByKey<unknown>(() => make(), { name: "totals" }),
      /totals (cannot|failed on \["a",)/,
      path,
      text,
    );
  });

  it.each(values)("%s in an output", async (_what, make, path, text) => {
    await expectNotSerializable((s) => s.map(make), /map-0 cannot give its elements to observe/, path, text);
  });

  it.each(values)("%s handed over to a deeper stage", async (_what, make, path, text) => {
    await expectNotSerializable(
      (s) => {
        const bad = s.mapValues(make as () => number);
        bad.count().print();
        return s.reduceByKey((a) => a).union(bad);
      },
      /mapValues-0 cannot hand over its elements/,
      path,
      text,
    );
  });
});

class Celsius {
  constructor(readonly degrees: number) {}
  get fahrenheit(): number {
    return (this.degrees * 9) / 5 + 32;
  }
}
registerCodec(Celsius, {
  name: "test/Celsius",
  encode: (value) => value.degrees,
  decode: (degrees) => new Celsius(degrees),
});

describe("a class with a codec", () => {
  it.each(places)("travels through shuffles, state, restarts and bodies, %s", async (_place, executors) => {
    const bodies: unknown[] = [];
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[[10, 20], [30], [], [40]]],
      restartAfter: 2,
      executors,
      build: (_ssc, degrees) => {
        const hottest = degrees
          .mapToPair((n) => [new Celsius(0), new Celsius(n)])
          .reduceByKey((a, b) => (a.degrees > b.degrees ? a : b))
          .updateStateByKey<Celsius>(([value], state) => value ?? state);
        hottest.foreachRDD(async (rdd) => {
          const [first] = await rdd.take(1);
          bodies.push(await rdd.map(([, max]) => max.degrees === first?.[1].degrees).collect());
        });
        return hottest.map(([key, max]) => [key instanceof Celsius, max instanceof Celsius, max.fahrenheit]);
      },
    });
    expect(out.map(({ values }) => values)).toEqual([68, 86, 86, 104].map((f) => [[true, true, f]]));
    expect(bodies.length).toBeGreaterThanOrEqual(4);
    for (const body of bodies) expect(body).toEqual([true]);
  });
});

describe.each(places)("pairs, %s", (_place, executors) => {
  const untyped: [string, (s: Untyped) => DStream<unknown>][] = [
    ["reduceByKey-0", (s) => s.reduceByKey((a) => a)],
    ["groupByKey-0", (s) => s.groupByKey()],
    ["join-0", (s) => s.join(s)],
    ["mapValues-0", (s) => s.mapValues((v) => v)],
    ["flatMapValues-0", (s) => s.flatMapValues((v) => [v])],
    ["updateStateByKey-0", (s) => s.updateStateByKey<number>(() => 1)],
    ["partitionBy-0", (s) => s.partitionBy(2)],
  ];

  it.each(untyped)("%s of what is not a pair", async (uid, build) => {
    for (const element of ["text", 7, null, ["k"], ["k", 1, 2], { 0: "k", 1: 1, length: 2 }]) {
      const error = await failure((s) => build(s.map(() => element) as unknown as Untyped), executors);
      expect(error.cause).toBeInstanceOf(BadPairError);
      expect(error.details).toMatchObject({ operator: uid, batchTime: 1000 });
      expect(error.message).toContain(`${uid} needs [key, value] pairs but got ${JSON.stringify(element)}`);
    }
  });

  it.each(untyped.filter(([uid]) => !uid.includes("apValues")))("%s of an undefined key", async (uid, build) => {
    const error = await failure((s) => build(s.map(([, v]) => [undefined, v]) as unknown as Untyped), executors);
    expect(error.cause).toBeInstanceOf(BadPairError);
    expect(error.details).toMatchObject({ operator: uid, batchTime: 1000 });
    expect(error.message).toContain("key is undefined");
  });

  it("with the key null, NaN, -0, lists and objects, by value", async () => {
    const keys: unknown[] = [null, Number.NaN, -0, 0, [1, [2]], [1, [2]], { a: 1, b: 2 }, { b: 2, a: 1 }, "null", null];
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[keys, keys]],
      partitions: 3,
      restartAfter: 1,
      executors,
      build: (_ssc, input) =>
        (input as DStream<unknown>)
          .mapToPair((key) => [key, 1])
          .reduceByKey((a, b) => a + b, { numPartitions: 3 })
          .updateStateByKey<number>(([n = 0], total = 0) => total + n, { numPartitions: 2 }),
    });
    const counts = [
      [null, 2],
      [Number.NaN, 1],
      [0, 2],
      [[1, [2]], 2],
      [{ a: 1, b: 2 }, 2],
      ["null", 1],
    ] as const;
    expect(sorted(out[0]?.values ?? [])).toEqual(sorted(counts.map(([key, n]) => [key, n])));
    expect(sorted(out[1]?.values ?? [])).toEqual(sorted(counts.map(([key, n]) => [key, 2 * n])));
  });
});

describe.each(places)("large values, %s", (_place, executors) => {
  it.each([
    ["500 KB", 500 * 1024],
    ["7 MB", 7 * 1024 * 1024],
  ])("of %s go through shuffle, state, outputs and a restart", async (_size, size) => {
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[["x"], ["y"], []]],
      restartAfter: 2,
      executors,
      build: (_ssc, letters) =>
        letters
          .mapToPair((letter) => ["key", letter.repeat(size)])
          .groupByKey()
          .updateStateByKey<string>((values, text = "") => text + values.flat().join(""))
          .mapValues((text) => [text.length, text.at(0), text.at(-1), text] as const),
    });
    const rows = out.map(({ values }) => values[0]?.[1]);
    expect(rows.map((row) => row?.slice(0, 3))).toEqual([
      [size, "x", "x"],
      [2 * size, "x", "y"],
      [2 * size, "x", "y"],
    ]);
    expect(rows[2]?.[3] === "x".repeat(size) + "y".repeat(size)).toBe(true);
  });
});

describe("halt", () => {
  const input = [["a"], ["b"], ["bad"], ["c"]];

  it("rejects with the outputs so far, and goes on from the state before when the program is mended", async () => {
    const world = new World();
    const seen: Seen<Pair> = new Map();
    const app = (update: (letter: string) => string) =>
      program((ssc) => {
        const counts = ssc
          .queueStream(input)
          .mapToPair((letter) => [update(letter), 1])
          .updateStateByKey<number>((ones, total = 0) => total + ones.length);
        observe(ssc, counts, seen);
      });
    await expect(
      world.run(
        app((letter) => boom(letter, letter)),
        { batches: 4 },
      ),
    ).rejects.toThrow(BatchFailedError);
    expect([...seen]).toEqual([
      [1000, [["a", 1]]],
      [
        2000,
        [
          ["a", 1],
          ["b", 1],
        ],
      ],
    ]);
    await world.run(
      app((letter) => letter),
      { batches: 2 },
    );
    expect(sorted(seen.get(3000) ?? [])).toEqual([
      ["a", 1],
      ["b", 1],
      ["bad", 1],
    ]);
    expect(sorted(seen.get(4000) ?? [])).toEqual([
      ["a", 1],
      ["b", 1],
      ["bad", 1],
      ["c", 1],
    ]);
  });

  it("carries the entries of the batches before as `outputs`", async () => {
    const error = await failure((s) => s.map((pair) => boom(pair, pair)));
    expect(error.outputs).toEqual([{ time: 1000, values: [["a", 1]], partitions: [[], [["a", 1]]] }]);
  });

  it("sends what the batch before owes, once, before it rejects", async () => {
    const world = new World();
    const sent: number[] = [];
    let failures = 0;
    const app = program((ssc) => {
      const letters = ssc.queueStream(input);
      letters.foreachRDD(async (_rdd, time) => {
        if (time.milliseconds === 2000 && failures++ < 2) throw new Error("sink is away");
        sent.push(time.milliseconds);
      });
      letters.map((letter) => boom(letter, letter)).foreachRDD(() => {});
    });
    await expect(world.run(app)).rejects.toThrow(BatchFailedError);
    expect(sent).toEqual([1000, 2000]);
    await expect(world.run(app)).rejects.toThrow(BatchFailedError);
    expect(sent).toEqual([1000, 2000]);
  });

  it("takes up a program with another input and another interval, though the plan of the failed batch was claimed", async () => {
    const world = new World();
    const seen: Seen<Pair> = new Map();
    const broken = program((ssc) => {
      const letters = ssc.queueStream(input, { name: "letters" });
      observe(
        ssc,
        letters.map((letter) => boom(letter, letter)),
        new Map(),
      );
    });
    await expect(world.run(broken)).rejects.toThrow(BatchFailedError);
    const mended = program(
      (ssc) => {
        const letters = ssc.queueStream(input, { name: "letters" });
        const more = ssc.queueStream([["d"], ["e"]], { name: "more" });
        observe(
          ssc,
          letters.union(more).mapToPair((letter) => [letter, 1]),
          seen,
        );
      },
      { batchDuration: seconds(2) },
    );
    await world.run(mended, { batches: 2 });
    expect([...seen]).toEqual([
      [
        4000,
        [
          ["bad", 1],
          ["d", 1],
        ],
      ],
      [
        6000,
        [
          ["c", 1],
          ["e", 1],
        ],
      ],
    ]);
  });
});

describe("skip", () => {
  it("passes over the batch: positions advance, state stays, later batches run, the error is thrown at the end", async () => {
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[["a"], ["a", "bad"], ["a"], ["b"]]],
      onBatchFailure: "skip",
      build: (_ssc, letters) =>
        letters
          .map((letter) => boom(letter, letter))
          .mapToPair((letter) => [letter, 1])
          .updateStateByKey<number>((ones, total = 0) => total + ones.length),
    });
    expect(out.map(({ time, values }) => [time, values && sorted(values)])).toEqual([
      [1000, [["a", 1]]],
      [2000, undefined],
      [3000, [["a", 2]]],
      [
        4000,
        [
          ["a", 2],
          ["b", 1],
        ],
      ],
    ]);
    expect(out[1]?.error).toBeInstanceOf(BatchFailedError);
  });

  it("throws the last error after the stop", async () => {
    const world = new World();
    const app = program(
      (ssc) =>
        void ssc
          .queueStream([["bad"], ["a"]])
          .map((x) => boom(x, x))
          .print(),
      {
        onBatchFailure: "skip",
      },
    );
    await expect(world.run(app, { batches: 2 })).rejects.toThrow("Batch 1000 ms failed");
    expect(world.console.printed).toHaveLength(1);
    expect(world.console.logged).toMatchObject([{ level: "error" }]);
  });

  it("runs the other output operations of a batch in which one failed, and later batches", async () => {
    const world = new World();
    const sent: string[] = [];
    const app = program(
      (ssc) => {
        const letters = ssc.queueStream([["a"], ["b"]]);
        letters.foreachRDD((_rdd, time) => {
          if (time.milliseconds === 1000) throw new Error("no");
          sent.push(`first ${time.milliseconds}`);
        });
        letters.foreachRDD((_rdd, time) => void sent.push(`second ${time.milliseconds}`));
      },
      { onBatchFailure: "skip" },
    );
    await expect(world.run(app, { batches: 2 })).rejects.toThrow(OutputFailedError);
    expect(sent).toEqual(["second 1000", "first 2000", "second 2000"]);
  });
});

describe("retries", () => {
  it("run a task again that fails twice and then succeeds", async () => {
    let failures = 0;
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[[1, 2], [3]]],
      build: (_ssc, numbers) =>
        numbers
          .mapToPair((n) => {
            if (n === 2 && failures++ < 2) throw new Error("not yet");
            return ["sum", n];
          })
          .updateStateByKey<number>((values, total = 0) => values.reduce((a, b) => a + b, total)),
    });
    expect(failures).toBe(3);
    expect(out.map(({ values }) => values)).toEqual([[["sum", 3]], [["sum", 6]]]);
  });

  it("end when a task fails in another way each time", async () => {
    let failures = 0;
    const error = await failure((s) =>
      s.map(() => {
        failures += 1;
        throw new Error(`failure number ${failures}`);
      }),
    );
    expect(error).toBeInstanceOf(BatchFailedError);
    expect(failures).toBe(8);
  });
});

describe("outputs that fail", () => {
  function sink(failuresAt: (attempt: number) => boolean) {
    const sent: [number, number[]][] = [];
    let attempts = 0;
    const app = program((ssc) => {
      const sums = ssc
        .queueStream([[1], [2], [3]])
        .mapToPair((n) => ["sum", n])
        .updateStateByKey<number>((values, total = 0) => values.reduce((a, b) => a + b, total));
      sums.foreachRDD(async (rdd, time) => {
        const values = (await rdd.collect()).map(([, sum]) => sum);
        attempts += 1;
        if (time.milliseconds === 2000 && failuresAt(attempts)) throw new TypeError("sink is away");
        sent.push([time.milliseconds, values]);
      });
    });
    return { app, sent };
  }

  it("three times in the same way halt; the batch is committed and its output sent after a restart", async () => {
    const world = new World();
    let away = true;
    const { app, sent } = sink(() => away);
    const error = await world.run(app, { batches: 3 }).then(
      () => shouldFail(),
      (e: unknown) => e as OutputFailedError,
    );
    expect(error).toBeInstanceOf(OutputFailedError);
    expect(error).toBeInstanceOf(SluiceError);
    expect(error.details).toMatchObject({ operator: "foreachRDD-0", batchTime: 2000 });
    expect(error.message).toContain("Output operation foreachRDD-0 failed at batch 2000 ms: sink is away");
    expect((error.cause as Error).stack).toContain("errors.test");
    expect(sent).toEqual([[1000, [1]]]);
    away = false;
    await world.run(app, { batches: 1 });
    expect(sent).toEqual([
      [1000, [1]],
      [2000, [3]],
      [3000, [6]],
    ]);
  });

  it("twice and then succeed are sent once", async () => {
    const world = new World();
    const { app, sent } = sink((attempt) => attempt < 4);
    await world.run(app, { batches: 3 });
    expect(sent).toEqual([
      [1000, [1]],
      [2000, [3]],
      [3000, [6]],
    ]);
    expect(world.console.logged.map(({ level }) => level)).toEqual(["warn", "warn"]);
  });
});
