/** Rows of facts.json that no other test is about. */
import { formatWithOptions } from "node:util";
import { execute } from "../../shared/executor/index.js";
import { milliseconds, type State, StateSpec, type StreamingContext, seconds } from "../../shared/index.js";
import { directoryOf } from "../../shared/streaming/outputs/save-files.js";
import { runBatches } from "../../shared/testing/index.js";
import { executor, observe, program, type Seen, World } from "../engine/world.js";
import { readTable } from "./tables.js";

interface StateRow {
  readonly initial: readonly number[];
  readonly data: readonly ("noop" | "get-state" | "update-state" | "remove-state")[];
  readonly timeoutThreshold: number | null;
  readonly expectedStates: readonly (readonly [number, number])[];
  readonly expectedOutput: readonly number[];
  readonly expectedTimedOut: readonly number[];
  readonly expectedRemoved: readonly number[];
}

const facts = readTable<{ readonly id: string; readonly table?: readonly unknown[] }>("facts.json");
const tableOf = <Row>(id: string) => facts.find((fact) => fact.id === id)?.table as readonly Row[];

describe("mapWithState (fact mapWithState.recordUpdate)", () => {
  const rows = tableOf<StateRow>("mapWithState.recordUpdate");

  it.each(rows.map((row) => [formatWithOptions({ breakLength: Number.POSITIVE_INFINITY }, "%o", row), row] as const))(
    "%s",
    async (_, row) => {
      const seen = { output: [] as number[], timedOut: [] as number[], removed: [] as number[] };
      const f = (_key: string, command: string | undefined, state: State<number>): number | undefined => {
        if (state.isTimingOut()) seen.timedOut.push(state.get());
        else if (command === "get-state") return state.getOption() ?? -1;
        else if (command === "update-state") state.update(state.exists() ? state.get() + 1 : 0);
        else if (command === "remove-state") {
          seen.removed.push(state.get());
          state.remove();
        }
        return undefined;
      };
      // The initial state is stamped with the first batch, at 1000 ms; the data come with the second.
      const { timeoutThreshold } = row;
      const initial = row.initial.map((value): [string, number] => ["key", value]);
      const spec = StateSpec.function(f).initialState(initial);
      const timed = timeoutThreshold === null ? spec : spec.timeout(milliseconds(2000 - timeoutThreshold));
      const data = row.data.map((command): [string, string] => ["key", command]);
      const run = (what: "output" | "states") =>
        runBatches({
          batchDuration: seconds(1),
          inputs: [[[], data]],
          batches: 2,
          build: (_ssc, stream) => {
            const mapped = stream.mapWithState(timed, { name: "state" });
            return (what === "output" ? mapped : mapped.stateSnapshots()) as typeof mapped;
          },
        });
      const [, states] = await run("states");
      expect(states?.values).toEqual(row.expectedStates.map(([value]) => ["key", value]));
      seen.timedOut.length = 0;
      seen.removed.length = 0;
      const [, output] = await run("output");
      expect(output?.values).toEqual(row.expectedOutput);
      expect(seen.timedOut).toEqual(row.expectedTimedOut);
      expect(seen.removed).toEqual(row.expectedRemoved);
    },
  );
});

describe("directories of saved batches", () => {
  it.each([
    ["spark", "", 12_345_678_910, "spark-12345678910"],
    ["spark", "tmp", 12_345_678_910, "spark-12345678910.tmp"],
    ["", "txt", 12_345_678_910, "12345678910.txt"],
  ])(
    "prefix %p, suffix %p, time %d: %s (facts save.fileName, save.fileNameEmptyPrefix)",
    (prefix, suffix, time, name) => {
      expect(directoryOf(prefix, suffix, time)).toBe(name);
    },
  );
});

describe("print (fact print)", () => {
  async function printed(batch: readonly unknown[], n?: number): Promise<readonly string[]> {
    const world = new World();
    await world.run(
      program((ssc) => ssc.queueStream([batch], { numPartitions: 2 }).print(n)),
      { batches: 1 },
    );
    return world.console.printed;
  }
  const LINE = "-".repeat(43);

  it.each<[string, readonly unknown[], number | undefined, readonly string[]]>([
    ["ten elements", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], undefined, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]],
    [
      "more",
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      undefined,
      ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "..."],
    ],
    ["as many as asked for", ["a", ["b", 1], "c"], 2, ["a", "(b,1)", "..."]],
    ["an empty batch", [], undefined, []],
  ])("prints %s", async (_, batch, n, lines) => {
    expect(await printed(batch, n)).toEqual([[LINE, "Time: 1000 ms", LINE, ...lines, "", ""].join("\n")]);
  });
});

describe("records that were received", () => {
  const record = (n: number) => ({ partitionKey: "key", data: Buffer.from(String(n)) });
  const put = (world: World, from: number, to: number) =>
    world.streams.putRecords(
      "s",
      Array.from({ length: to - from + 1 }, (_, i) => record(from + i)),
    );

  async function worldWith(from: number, to: number): Promise<World> {
    const world = new World();
    await world.streams.create("s", 1);
    await put(world, from, to);
    return world;
  }

  const reading = (seen: Seen<string>) => (ssc: StreamingContext) => observe(ssc, ssc.kinesisStream("s"), seen);

  it("go to one batch, in the order of their arrival (fact blocks.allocate)", async () => {
    const world = await worldWith(1, 5);
    const seen: Seen<string> = new Map();
    await world.run(program(reading(seen)), { batches: 2 });
    expect([...seen.values()]).toEqual([["1", "2", "3", "4", "5"], []]);
  });

  it("stay with the batch that has them, however often it is asked for (fact blocks.oldBatchNoop)", async () => {
    const world = await worldWith(1, 5);
    const environment = executor(world.ports, program(reading(new Map())));
    const read = async () => {
      const reply = await execute(environment, {
        type: "read-shard",
        block: "job/b/first/s/0",
        stream: "s",
        shard: "shardId-000000000000",
        position: { next: { type: "trim-horizon" }, parents: [], upTo: 0 },
        until: 10_000,
        maxRecords: 1000,
        fresh: false,
      });
      if (!reply.ok || !("header" in reply.result)) throw new Error("not read");
      return reply.result.header;
    };
    const first = await read();
    expect(first.records).toBe(5);
    await put(world, 6, 10);
    expect(await read()).toEqual(first);
  });

  it("are taken by the next batch when the commit of one fails, or by the driver after it (facts blocks.walFailure, blocks.recovery)", async () => {
    const world = await worldWith(1, 5);
    const seen: Seen<string> = new Map();
    const table = Object.assign(Object.create(world.table), {
      update: async (...args: Parameters<typeof world.table.update>) => {
        if (args[1].manifest !== undefined) throw new Error("the table is away");
        return world.table.update(...args);
      },
    });
    await expect(world.run(program(reading(seen)), { ports: { ...world.ports, table } })).rejects.toThrow("is away");
    expect([...seen]).toEqual([]);
    await put(world, 6, 10);
    await world.run(program(reading(seen)), { batches: 2 });
    expect([...seen.values()].flat()).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
  });

  it("are read once, however many outputs want them, and however often the program starts (fact checkpoint.restoreOnce)", async () => {
    const world = await worldWith(1, 3);
    const seen = [new Map(), new Map(), new Map()] as Seen<string>[];
    let iterators = 0;
    const streams = Object.assign(Object.create(world.streams), {
      getIterator: (...args: Parameters<typeof world.streams.getIterator>) => {
        iterators += 1;
        return world.streams.getIterator(...args);
      },
    });
    const app = program((ssc) => {
      const lines = ssc.kinesisStream("s");
      for (const [i, each] of seen.entries()) observe(ssc, lines, each, `seen-${i}`);
    });
    await world.run(app, { batches: 1, ports: { ...world.ports, streams } });
    await put(world, 4, 6);
    await world.run(app, { batches: 1, ports: { ...world.ports, streams } });
    expect(iterators).toBe(2);
    for (const each of seen)
      expect([...each.values()]).toEqual([
        ["1", "2", "3"],
        ["4", "5", "6"],
      ]);
  });
});
