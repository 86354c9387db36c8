/** What the functions are put together from: configuration, console, calls under way, where shards are read, prices. */
import { assertIsApp, memoryMegabytes } from "../../functions/function-environment.js";
import {
  awsConfig,
  InFlight,
  InPlaceReads,
  isReadInPlace,
  MAX_IN_PLACE_BYTES,
  MAX_IN_PLACE_READS,
  mostBytesOf,
  StructuredConsole,
  schedulerConfig,
} from "../../shared/aws/index.js";
import { IllegalArgumentError, UserCodeError } from "../../shared/errors/index.js";
import { costOfRequests, costOfRunning } from "../../shared/monitor/index.js";
import { VirtualClock } from "../../shared/simulation/index.js";
import { program } from "../engine/world.js";

const ENVIRONMENT = {
  SLUICE_APP: "counts",
  SLUICE_BUCKET: "bucket",
  SLUICE_TABLE: "table",
  SLUICE_STREAMS: '{"lines":"stack-lines-1A2B"}',
  SLUICE_EXECUTOR: "executor:7",
  SLUICE_SLOTS: "slot-0:7, slot-1:7",
  SLUICE_PARALLELISM: "8",
  SLUICE_SCHEDULER: "scheduler:live",
  SLUICE_CODE_VERSION: "abc",
};

const errorOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe("the configuration of the functions", () => {
  it("is read from the environment", () => {
    expect(schedulerConfig(ENVIRONMENT)).toEqual({
      app: "counts",
      bucket: "bucket",
      table: "table",
      streams: { lines: "stack-lines-1A2B" },
      executor: "executor:7",
      slots: ["slot-0:7", "slot-1:7"],
      parallelism: 8,
      scheduler: "scheduler:live",
      codeVersion: "abc",
      logLevel: undefined,
    });
    const { SLUICE_SLOTS: _, SLUICE_STREAMS: __, ...rest } = ENVIRONMENT;
    expect(schedulerConfig({ ...rest, SLUICE_SLOTS: "" })).toMatchObject({ slots: [], streams: {} });
    const url = "http://127.0.0.1:4318";
    expect(schedulerConfig({ ...ENVIRONMENT, SLUICE_TRACES: url })).toMatchObject({ traces: url });
  });

  it("of executors needs no names of functions", () => {
    const { SLUICE_EXECUTOR: _, SLUICE_SCHEDULER: __, SLUICE_PARALLELISM: ___, ...rest } = ENVIRONMENT;
    expect(awsConfig(rest)).toMatchObject({ app: "counts", codeVersion: "abc" });
  });

  it.each([
    "SLUICE_APP",
    "SLUICE_BUCKET",
    "SLUICE_TABLE",
    "SLUICE_EXECUTOR",
    "SLUICE_PARALLELISM",
    "SLUICE_SCHEDULER",
    "SLUICE_CODE_VERSION",
  ])("needs %s, and says so", (variable) => {
    for (const value of [undefined, ""]) {
      const error = errorOf(() => schedulerConfig({ ...ENVIRONMENT, [variable]: value }));
      expect(error).toBeInstanceOf(IllegalArgumentError);
      expect((error as IllegalArgumentError).message).toContain(`${variable} is not set`);
      expect((error as IllegalArgumentError).details).toEqual({ variable });
    }
  });

  it.each([
    ["SLUICE_STREAMS", "{"],
    ["SLUICE_STREAMS", "[]"],
    ["SLUICE_STREAMS", '{"lines":7}'],
    ["SLUICE_PARALLELISM", "0"],
    ["SLUICE_PARALLELISM", "many"],
  ])("does not take %s=%s", (variable, value) => {
    const error = errorOf(() => schedulerConfig({ ...ENVIRONMENT, [variable]: value }));
    expect(error).toBeInstanceOf(IllegalArgumentError);
    expect((error as IllegalArgumentError).details).toMatchObject({ variable, value });
  });

  it("belongs to one application", () => {
    const app = program(() => {});
    expect(() => assertIsApp(app, { app: "test" })).not.toThrow();
    expect(() => assertIsApp(app, { app: "other" })).toThrow(IllegalArgumentError);
    expect(memoryMegabytes({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512" })).toBe(512);
  });
});

describe("the structured console", () => {
  /** Lines of the log, parsed. */
  function logged(work: (console: StructuredConsole) => void, level?: string): Record<string, unknown>[] {
    const lines: string[] = [];
    const stdout = jest.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
    const stderr = jest.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
    try {
      work(new StructuredConsole({ job: "job-counts", level }));
    } finally {
      stdout.mockRestore();
      stderr.mockRestore();
    }
    return lines.map((line) => JSON.parse(line));
  }

  it("prints as the program wrote it", () => {
    const written: string[] = [];
    const console = new StructuredConsole({ job: "job-counts", output: { write: (text) => written.push(text) } });
    console.print("a\nb");
    console.print("c\n");
    expect(written).toEqual(["a\nb\n", "c\n"]);
  });

  it("logs lines with job, batch time and details", () => {
    const [first, second] = logged((console) => {
      console.about({ batchTime: 1000, requestId: "r" });
      console.log("warn", "slow", { millis: 900 });
      console.about({ batchTime: undefined });
      console.log("info", "done");
    });
    expect(first).toMatchObject({
      level: "WARN",
      message: "slow",
      job: "job-counts",
      batchTime: 1000,
      requestId: "r",
      details: { millis: 900 },
    });
    expect(second).toMatchObject({ level: "INFO", message: "done", requestId: "r" });
    expect(second).not.toHaveProperty("batchTime");
  });

  it("logs errors with code, details and causes", () => {
    const cause = new RangeError("too far");
    const [line] = logged((console) =>
      console.log("error", "it failed", {
        error: new UserCodeError("map failed", { partition: 3 }, cause),
        stream: "x",
      }),
    );
    expect(line).toMatchObject({
      level: "ERROR",
      error: {
        name: "UserCodeError",
        code: "SLUICE_USER_CODE",
        retry: "task",
        details: { partition: 3 },
        cause: { name: "RangeError", message: "too far" },
      },
      details: { stream: "x" },
    });
  });

  it("logs whatever it is given, and never throws", () => {
    const loop: Record<string, unknown> = { big: 10n };
    loop.self = loop;
    const hostile = {
      toJSON() {
        throw new Error("no");
      },
    };
    const lines = logged((console) => {
      console.log("info", "loop", loop);
      console.log("info", "hostile", { hostile });
      console.log("info", "reserved", { message: "m", level: "l", timestamp: "t" });
    });
    expect(lines.map(({ message }) => message)).toEqual(["loop", "hostile", "reserved"]);
    expect(lines[0]).toMatchObject({ details: { big: "10" } });
    expect(lines[2]).toMatchObject({ details: { message: "m", level: "l" } });
  });

  it("leaves out what is below its level; an unknown level is no reason not to run", () => {
    const work = (console: StructuredConsole): void => {
      console.log("info", "i");
      console.log("error", "e");
    };
    expect(logged(work, "error").map(({ message }) => message)).toEqual(["e"]);
    expect(logged(work, "loud").map(({ message }) => message)).toEqual(["i", "e"]);
  });
});

describe("calls under way", () => {
  it("are counted from begin to end, whichever way they end, and named", async () => {
    const clock = new VirtualClock({ autoAdvance: true });
    const calls = new InFlight();
    class Port {
      readonly #secret = 7;
      async get(ms: number): Promise<number> {
        await clock.sleep(ms);
        return this.#secret;
      }
      async fail(ms: number): Promise<void> {
        await clock.sleep(ms);
        throw new Error("failed");
      }
      get size(): number {
        return this.#secret;
      }
      now(): number {
        return 1;
      }
    }
    const { port } = calls.track({ port: new Port() });
    expect(port.size + port.now()).toBe(8);
    expect(await calls.settled(clock, 1_000)).toEqual([]);
    expect(clock.now()).toBe(0);
    const work = [port.get(100), port.fail(200).catch(() => -1), port.get(5_000)];
    expect(calls.count).toBe(3);
    expect(await calls.settled(clock, 1_000)).toEqual(["port.get"]);
    expect(clock.now()).toBe(1_000);
    expect(await calls.settled(clock, 60_000)).toEqual([]);
    expect(clock.now()).toBe(5_000);
    expect(await Promise.all(work)).toEqual([7, -1, 7]);
  });
});

describe("where shards are read", () => {
  const outlook = { reading: 0, readingBytes: 0, mostBytes: 1_000, lastBytes: 1_000 };

  it.each([
    ["a small shard", {}, true],
    ["a shard without records", { lastBytes: 0 }, true],
    ["a shard that nobody here has read", { lastBytes: undefined }, false],
    ["a shard that brought much", { lastBytes: 1_000_000 }, false],
    ["one shard too many", { reading: MAX_IN_PLACE_READS }, false],
    ["a shard that may bring too much", { mostBytes: MAX_IN_PLACE_BYTES + 1 }, false],
    ["one that may be too much with the others", { readingBytes: MAX_IN_PLACE_BYTES }, false],
  ])("%s", (_, more, isInPlace) => {
    expect(isReadInPlace({ ...outlook, ...more })).toBe(isInPlace);
  });

  it("a shard brings at most a megabyte a second", () => {
    const position = { next: { type: "trim-horizon" as const }, parents: [], upTo: 1_000 };
    expect(mostBytesOf({ position, until: 3_000 })).toBe(2 * 1024 * 1024);
    expect(mostBytesOf({ position, until: 500 })).toBe(0);
  });

  it("few at a time in place, the others at the same time elsewhere", async () => {
    const clock = new VirtualClock({ autoAdvance: true });
    const log: string[] = [];
    const at = (name: string) => ({
      parallelism: 5,
      async invoke(_target: unknown, { shard }: { shard: string }) {
        log.push(`${name} ${shard}`);
        await clock.sleep(100);
        return { ok: true, result: { payload: { type: "inline", bytes: new Uint8Array(3) } } };
      },
    });
    const invoker = new InPlaceReads(at("far") as never, at("here") as never);
    const read = (shard: string) =>
      invoker.invoke(
        { type: "any" },
        {
          type: "read-shard",
          stream: "s",
          shard,
          position: { next: { type: "trim-horizon" }, parents: [], upTo: clock.now() },
          until: clock.now() + 1_000,
        },
      );
    const shards = ["1", "2", "3", "4", "5", "6"];
    await Promise.all(shards.map(read));
    expect(log.splice(0)).toEqual(shards.map((shard) => `far ${shard}`));
    await Promise.all(shards.map(read));
    expect(log.splice(0)).toEqual(["here 1", "here 2", "here 3", "here 4", "far 5", "far 6"]);
    await Promise.all([read("5"), invoker.invoke({ type: "any" }, { type: "run", shard: "-" })]);
    expect(log).toEqual(["here 5", "far -"]);
    expect(invoker.parallelism).toBe(5);
  });
});

describe("prices", () => {
  const requests = (n: number, requestBytes = 0, responseBytes = 0) => ({
    requests: n,
    requestBytes,
    responseBytes,
    retries: 0,
    throttles: 0,
  });

  it("are those of the services", () => {
    expect(costOfRequests({ s3: { PutObject: requests(1_000_000) } })).toBeCloseTo(5);
    expect(costOfRequests({ s3: { GetObject: requests(1_000_000), DeleteObjects: requests(5) } })).toBeCloseTo(0.4);
    expect(costOfRequests({ dynamodb: { UpdateItem: requests(1_000_000, 1e6) } })).toBeCloseTo(0.625);
    expect(costOfRequests({ dynamodb: { PutItem: requests(1, 8 * 1024) } })).toBeCloseTo(8 * 0.625e-6, 12);
    expect(costOfRequests({ dynamodb: { GetItem: requests(1_000_000, 0, 1e6) } })).toBeCloseTo(0.125);
    expect(costOfRequests({ kinesis: { GetRecords: requests(1_000) }, lambda: { Invoke: requests(1_000) } })).toBe(0);
    // 1,769 MB for an hour.
    expect(costOfRunning(3_600_000, 1769)).toBeCloseTo(0.0829, 4);
  });
});
