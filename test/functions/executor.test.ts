/** The executor function: payload in, payload out. */
import { Expenses } from "../../functions/expenses.js";
import type { MetricValues } from "../../functions/metrics.js";
import { buildProgram } from "../../functions/program.js";
import { Executor, type ExecutorParts } from "../../functions/run-executor.js";
import { blockName } from "../../shared/checkpoint/index.js";
import { decode } from "../../shared/codec/index.js";
import { CorruptDataError } from "../../shared/errors/index.js";
import {
  type ExecutorReply,
  type ExecutorRequest,
  encodeRequest,
  INLINE_PAYLOAD_BYTES,
  type PayloadEnvelope,
  type PayloadSender,
  packPayload,
  type ReadShardRequest,
  type ReadShardResult,
  unpackPayload,
} from "../../shared/executor/index.js";
import type { Invoker } from "../../shared/ports/index.js";
import { SequentialIds } from "../../shared/simulation/index.js";
import { observe, program, type Seen, World } from "../engine/world.js";
import { meter } from "./deployed.js";

const TIMEOUT_MILLIS = 60_000;

function wordCount(seen: Seen<[string, number]>) {
  return program((ssc) => {
    const counts = ssc
      .queueStream([["a", "b", "a"], ["b"]])
      .mapToPair((word) => [word, 1])
      .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" });
    observe(ssc, counts, seen);
  });
}

class ExecutorFunction {
  readonly published: MetricValues[] = [];
  readonly executor: Executor;
  readonly world: World;

  constructor(world: World, app: ReturnType<typeof program>, parts: Partial<ExecutorParts> = {}) {
    this.world = world;
    this.executor = new Executor({
      program: buildProgram(app),
      codeVersion: "test",
      ports: world.ports,
      console: world.console,
      metrics: { publish: (values) => void this.published.push(values) },
      expenses: new Expenses(meter(), world.clock, 1024),
      ...parts,
    });
  }

  /** As Lambda would: JSON in, JSON out. */
  async invoke(payload: unknown, timeoutMillis = TIMEOUT_MILLIS): Promise<unknown> {
    const { clock } = this.world;
    const deadline = clock.now() + timeoutMillis;
    const reply = await this.executor.run(JSON.parse(JSON.stringify(payload)), () => deadline - clock.now());
    return JSON.parse(JSON.stringify(reply));
  }

  async ask(request: unknown, timeoutMillis?: number): Promise<ExecutorReply> {
    const envelope = await packPayload(encodeRequest(request as ExecutorRequest), sender(this.world));
    const reply = await this.invoke(envelope, timeoutMillis);
    return decode(await unpackPayload(reply, this.world.blocks)) as ExecutorReply;
  }

  /** As the driver sees it. */
  get invoker(): Invoker {
    return { parallelism: 2, invoke: (_target, request) => this.ask(request) };
  }
}

function sender({ blocks }: World): PayloadSender {
  return { blocks, ids: new SequentialIds("request-"), job: "job-test" };
}

async function streamOf(world: World, records: readonly Uint8Array[]): Promise<ReadShardRequest> {
  await world.streams.create("lines", 1);
  const [shard] = await world.streams.listShards("lines");
  for (const data of records) await world.streams.putRecords("lines", [{ partitionKey: "k", data }]);
  return {
    type: "read-shard",
    block: blockName("job-test", "first", "lines", shard?.shardId ?? ""),
    stream: "lines",
    shard: shard?.shardId ?? "",
    position: { next: { type: "trim-horizon" }, parents: [], upTo: 0 },
    until: world.clock.now() + 1,
    maxRecords: 1_000,
    fresh: false,
  };
}

describe("an executor function", () => {
  it("runs the tasks of a batch, and keeps state warm", async () => {
    const world = new World();
    const seen: Seen<[string, number]> = new Map();
    const app = wordCount(seen);
    const deployed = new ExecutorFunction(world, app);
    await world.run(app, { batches: 2, executors: { count: 2 }, invoker: () => deployed.invoker });
    expect(new Map(seen.get(1000))).toEqual(
      new Map([
        ["a", 2],
        ["b", 1],
      ]),
    );
    expect(new Map(seen.get(2000))).toEqual(
      new Map([
        ["a", 2],
        ["b", 2],
      ]),
    );
  });

  it("reads a shard; large records stay in the block, small ones travel", async () => {
    const world = new World();
    const deployed = new ExecutorFunction(world, wordCount(new Map()));
    const request = await streamOf(world, [Buffer.from("small")]);
    const small = (await deployed.ask(request)) as { readonly result: ReadShardResult };
    expect(small.result).toMatchObject({ header: { records: 1 }, payload: { type: "inline" } });
    await world.streams.putRecords("lines", [{ partitionKey: "k", data: Buffer.alloc(10_000) }]);
    const large = await deployed.ask({ ...request, block: `${request.block}-2` });
    expect(large).toMatchObject({ ok: true, result: { payload: { type: "object", name: `${request.block}-2` } } });
  });

  it("refuses tasks of another version of the program in a way that lets another attempt try", async () => {
    const world = new World();
    const app = wordCount(new Map());
    const older = new ExecutorFunction(world, app, { codeVersion: "older" });
    const newer = new ExecutorFunction(world, app);
    let first: ExecutorReply | undefined;
    const invoker: Invoker = {
      parallelism: 2,
      async invoke(_target, request) {
        if (first !== undefined) return newer.ask(request);
        first = await older.ask(request);
        return first;
      },
    };
    await world.run(app, { batches: 1, invoker: () => invoker });
    expect(first).toMatchObject({
      ok: false,
      error: { code: "SLUICE_EXECUTOR_LOST", retry: "task", details: { reason: "code-version" } },
    });
  });

  it("answers before its time is up, when a task hangs", async () => {
    const world = new World();
    const request = await streamOf(world, []);
    const hanging = { ...world.ports, streams: new Proxy(world.streams, { get: () => () => new Promise(() => {}) }) };
    const deployed = new ExecutorFunction(world, wordCount(new Map()), { ports: hanging });
    const begun = world.clock.now();
    expect(await deployed.ask(request)).toMatchObject({
      ok: false,
      error: { code: "SLUICE_EXECUTOR_LOST", details: { reason: "timeout" } },
    });
    expect(world.clock.now() - begun).toBeLessThan(TIMEOUT_MILLIS);
    expect(world.console.logged.at(-1)?.details).toEqual({ calls: ["streams.getIterator"] });
  });

  it("answers in time also when its time is short", async () => {
    const world = new World();
    const request = await streamOf(world, []);
    const hanging = { ...world.ports, streams: new Proxy(world.streams, { get: () => () => new Promise(() => {}) }) };
    const deployed = new ExecutorFunction(world, wordCount(new Map()), { ports: hanging });
    const begun = world.clock.now();
    expect((await deployed.ask(request, 2_000)).ok).toBe(false);
    expect(world.clock.now() - begun).toBeLessThan(2_000);
  });

  it("leaves a large reply in the block store, and says where", async () => {
    const world = new World();
    const app = program((ssc) => {
      const big = ssc.queueStream([Array.from({ length: 300 }, (_, i) => i)], { numPartitions: 300 });
      // Each partition is small enough for the reply; all together are not.
      observe(
        ssc,
        big.map((i) => String.fromCharCode(97 + (i % 26)).repeat(20_000)),
        new Map(),
      );
    });
    const deployed = new ExecutorFunction(world, app);
    const replies: PayloadEnvelope[] = [];
    const invoker: Invoker = {
      parallelism: 1,
      async invoke(_target, request) {
        const reply = (await deployed.invoke(
          await packPayload(encodeRequest(request as ExecutorRequest), sender(world)),
        )) as PayloadEnvelope;
        replies.push(reply);
        return decode(await unpackPayload(reply, world.blocks));
      },
    };
    await world.run(app, { batches: 1, executors: { count: 2 }, invoker: () => invoker });
    const objects = replies.flatMap((reply) => ("object" in reply ? [reply.object] : []));
    expect(objects).toHaveLength(1);
    expect(objects[0]).toMatch(/^job-test\/sh\/invoke\//);
    const stored = await world.blocks.get(objects[0] as string);
    expect(stored?.byteLength).toBeGreaterThan(INLINE_PAYLOAD_BYTES);
  });

  it("throws when it is called by somebody else", async () => {
    const deployed = new ExecutorFunction(new World(), wordCount(new Map()));
    await expect(deployed.invoke({ hello: "world" })).rejects.toThrow(CorruptDataError);
  });

  it("says what it cost once a minute, not with every task", async () => {
    const world = new World();
    const request = await streamOf(world, [Buffer.from("x")]);
    const deployed = new ExecutorFunction(world, wordCount(new Map()));
    for (let i = 0; i < 130; i++) {
      await deployed.ask(request);
      await world.clock.sleep(1_000);
    }
    expect(deployed.published).toHaveLength(2);
    // Two minutes of being called once a second; it works for no time at all here.
    const cost = deployed.published.reduce((sum, { estimatedCost = 0 }) => sum + estimatedCost, 0);
    expect(cost / 0.2e-6).toBeGreaterThan(119);
    expect(cost / 0.2e-6).toBeLessThan(131);
  });
});
