import { IllegalArgumentError } from "../../shared/errors/index.js";
import { type AppOptions, type StreamingContext, seconds } from "../../shared/index.js";
import { type RateOptions, rateLimit, ratesAfter, recordsPerShard } from "../../shared/scheduler/rate/index.js";
import { resolveOptions } from "../../shared/streaming/options.js";
import { graphOf, program, World } from "../engine/world.js";

const optionsOf = (options: Partial<AppOptions>): RateOptions =>
  resolveOptions({ batchDuration: seconds(1), ...options });

describe("options", () => {
  it.each<[string, Partial<AppOptions>]>([
    ["maxRatePerShard", { maxRatePerShard: 0 }],
    ["backpressure.initialRate", { backpressure: { enabled: true, initialRate: -1 } }],
    ["backpressure.minRate", { backpressure: { enabled: true, minRate: 0 } }],
    ["backpressure.integral", { backpressure: { enabled: true, integral: -0.1 } }],
    ["backpressure.enabled", { backpressure: {} as { enabled: boolean } }],
    [
      'has no option "initialrate": did you mean "initialRate"',
      { backpressure: { enabled: true, initialrate: 1 } as never },
    ],
  ])("out of range or unknown are named: %s", (name, options) => {
    expect(() => optionsOf(options)).toThrow(IllegalArgumentError);
    expect(() => optionsOf(options)).toThrow(name);
  });

  it("have Spark's default values", () => {
    expect(optionsOf({ backpressure: { enabled: true } }).backpressure).toEqual({
      initialRate: undefined,
      proportional: 1,
      integral: 0.2,
      derivative: 0,
      minRate: 100,
    });
    expect(optionsOf({ backpressure: { enabled: false, initialRate: 5 } }).backpressure).toBeUndefined();
    expect(optionsOf({}).backpressure).toBeUndefined();
  });
});

describe("a limit", () => {
  const estimated = { memory: { time: 0, rate: 500, error: 0 }, estimate: 500 };
  const primed = { memory: { time: 0, rate: 7, error: 0 }, estimate: undefined };

  it.each<[Partial<AppOptions>, typeof estimated | typeof primed | undefined, number, number | undefined]>([
    [{}, undefined, 4, undefined],
    [{}, estimated, 4, undefined],
    [{ maxRatePerShard: 100 }, undefined, 4, 400],
    [{ backpressure: { enabled: true } }, undefined, 4, undefined],
    [{ backpressure: { enabled: true, initialRate: 50 } }, undefined, 4, 50],
    [{ backpressure: { enabled: true, initialRate: 50 } }, primed, 4, 50],
    [{ backpressure: { enabled: true, initialRate: 50 } }, estimated, 4, 500],
    [{ backpressure: { enabled: true, initialRate: 50 }, maxRatePerShard: 10 }, undefined, 2, 20],
    [{ backpressure: { enabled: true }, maxRatePerShard: 100 }, estimated, 4, 400],
  ])("with %j after %j for %d shards is %p", (options, rate, shards, limit) => {
    expect(rateLimit(optionsOf(options), rate, shards)).toBe(limit);
  });

  it.each<[Partial<AppOptions>, number, number]>([
    [{}, 4, 1_000_000],
    [{ maxRecordsPerShard: 10 }, 4, 10],
    [{ maxRatePerShard: 100 }, 4, 100],
    [{ maxRatePerShard: 100, batchDuration: seconds(10) }, 4, 1000],
    [{ maxRatePerShard: 100, maxRecordsPerShard: 30 }, 4, 30],
    [{ backpressure: { enabled: true, initialRate: 100 } }, 4, 25],
    [{ backpressure: { enabled: true, initialRate: 100 } }, 1000, 1],
    [{ backpressure: { enabled: true, initialRate: 100 } }, 0, 100],
  ])("with %j over %d shards is %d records a shard and batch", (options, shards, records) => {
    expect(recordsPerShard(optionsOf(options), undefined, shards)).toBe(records);
  });
});

describe("rates", () => {
  const app = program((ssc) => {
    ssc.kinesisStream("a", { name: "a" }).print();
    ssc.queueStream([[1]], { name: "q" }).print();
    ssc.kinesisStream("b", { name: "b" });
  });
  const batch = {
    time: 1000,
    processingDelay: 500,
    schedulingDelay: 0,
    records: { a: 100, q: 100, b: 100, gone: 100 },
  };

  it("are of inputs with shards that something depends on", () => {
    const options = optionsOf({ backpressure: { enabled: true } });
    const first = ratesAfter(graphOf(app), options, {}, batch);
    expect(first).toEqual({ a: { memory: { time: 1000, rate: 200, error: 0 }, estimate: undefined } });
    const second = ratesAfter(graphOf(app), options, { ...first, gone: first.a as never }, { ...batch, time: 2000 });
    expect(second).toEqual({ a: { memory: { time: 2000, rate: 200, error: 0 }, estimate: 200 } });
  });

  it("keep the last estimate through batches that teach nothing", () => {
    const options = optionsOf({ backpressure: { enabled: true } });
    const rates = { a: { memory: { time: 1000, rate: 200, error: 0 }, estimate: 200 } };
    expect(ratesAfter(graphOf(app), options, rates, { ...batch, time: 2000, records: {} })).toEqual(rates);
  });

  it("are not estimated unless asked for", () => {
    expect(ratesAfter(graphOf(app), optionsOf({}), {}, batch)).toEqual({});
  });
});

describe("a driver", () => {
  const STREAM = "lines";
  /** Each record takes so many milliseconds of virtual time. */
  const slow = (world: World, millis: number) => (ssc: StreamingContext) =>
    ssc.kinesisStream(STREAM, { name: "lines" }).foreachRDD(async (rdd, _time, { step }) => {
      const records = await rdd.count();
      await step("work", () => world.clock.sleep(records * millis));
    });

  async function worldWith(records: number, shards = 1): Promise<World> {
    const world = new World();
    await world.streams.create(STREAM, shards);
    await put(world, records);
    return world;
  }

  async function put(world: World, records: number): Promise<void> {
    for (let i = 0; i < records; i += 500) {
      const entries = Array.from({ length: Math.min(500, records - i) }, (_, j) => ({
        partitionKey: String(i + j),
        data: Buffer.from(String(i + j)),
      }));
      await world.streams.putRecords(STREAM, entries);
    }
  }

  async function recordsOf(world: World, batches: number, options: Partial<AppOptions>, millis = 0): Promise<number[]> {
    const records: number[] = [];
    await world.run(program(slow(world, millis), options), {
      batches,
      listener: { onBatchCommitted: (record) => void records.push(record.records) },
    });
    return records;
  }

  it("takes no more than maxRatePerShard, from the first batch on", async () => {
    expect(await recordsOf(await worldWith(1000), 4, { maxRatePerShard: 300 })).toEqual([300, 300, 300, 100]);
  });

  it("shares the initial rate among shards, from the first batch on", async () => {
    const world = await worldWith(1000, 4);
    const options = { backpressure: { enabled: true, initialRate: 100 } };
    expect(await recordsOf(world, 2, options)).toEqual([100, 100]);
  });

  it("takes everything without limits", async () => {
    expect(await recordsOf(await worldWith(1000), 1, {})).toEqual([1000]);
  });

  it("with backpressure comes down to what it can process", async () => {
    // 10 ms a record are 100 records a second; the first batch has 2,000 and takes 20 s.
    const world = await worldWith(20_000);
    const options: Partial<AppOptions> = {
      backpressure: { enabled: true, initialRate: 2000, minRate: 10 },
      catchUp: "coalesce",
    };
    const records = await recordsOf(world, 12, options, 10);
    expect(records[0]).toBe(2000);
    for (const n of records.slice(-4)) expect(n).toBeLessThanOrEqual(110);
    for (const n of records.slice(-4)) expect(n).toBeGreaterThanOrEqual(10);
  });

  it("remembers the rate over a restart (fact checkpoint.rateController)", async () => {
    const world = await worldWith(20_000);
    const options: Partial<AppOptions> = {
      backpressure: { enabled: true, initialRate: 2000, minRate: 10 },
      catchUp: "coalesce",
    };
    await recordsOf(world, 8, options, 10);
    const rates: number[] = [];
    const driver = world.driver(program(slow(world, 10), options), {
      batches: 1,
      listener: { onRatesChanged: (changed) => void rates.push(changed.get("lines") ?? 0) },
    });
    await driver.run();
    expect(driver.manifest?.records).toBeLessThanOrEqual(200);
    expect(driver.manifest?.rates.lines?.estimate).toBeLessThanOrEqual(200);
    expect(rates).toHaveLength(1);
  });

  it("tells the limits that inputs have (fact rate.published)", async () => {
    const told: (readonly [string, number])[][] = [];
    const world = await worldWith(100, 2);
    await world.run(program(slow(world, 0), { maxRatePerShard: 50 }), {
      batches: 2,
      listener: { onRatesChanged: (rates) => void told.push([...rates]) },
    });
    expect(told).toEqual([[["lines", 100]], [["lines", 100]]]);
  });
});

describe("catching up after ten intervals of downtime", () => {
  async function timesAfterDowntime(catchUp: "coalesce" | "replay"): Promise<readonly [number, number][]> {
    const world = new World();
    await world.streams.create("lines", 1);
    const build = (ssc: StreamingContext) => ssc.kinesisStream("lines", { name: "lines" }).foreachRDD(() => {});
    const batches: [number, number][] = [];
    const listener = {
      onBatchCommitted: ({ time, records }: { time: number; records: number }) => void batches.push([time, records]),
    };
    const put = (n: number) =>
      world.streams.putRecords(
        "lines",
        Array.from({ length: n }, (_, i) => ({ partitionKey: String(i), data: Buffer.from("x") })),
      );
    await put(1);
    await world.run(program(build, { catchUp }), { batches: 2, listener });
    // Down from 2,000 to 12,500 ms; one record a second comes all the same.
    for (let second = 0; second < 10; second++) {
      await world.clock.sleep(1000);
      await put(1);
    }
    await world.clock.sleep(500);
    await world.run(program(build, { catchUp }), { batches: catchUp === "replay" ? 11 : 2, listener });
    return batches;
  }

  it("coalesces them to one batch with everything that came meanwhile", async () => {
    expect(await timesAfterDowntime("coalesce")).toEqual([
      [1000, 1],
      [2000, 0],
      [12_000, 9],
      [13_000, 1],
    ]);
  });

  it("or runs each of them with what came in its time", async () => {
    expect(await timesAfterDowntime("replay")).toEqual([
      [1000, 1],
      [2000, 0],
      [3000, 0],
      ...Array.from({ length: 10 }, (_, i): [number, number] => [4000 + i * 1000, 1]),
    ]);
  });
});
