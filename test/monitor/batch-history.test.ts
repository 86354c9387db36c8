import { jobName } from "../../shared/checkpoint/index.js";
import { type State, StateSpec, seconds } from "../../shared/index.js";
import { ManifestChain, RequestMeter } from "../../shared/monitor/index.js";
import { program, World } from "../engine/world.js";
import { watch } from "./watched.js";

const words = program((ssc) => {
  ssc
    .kinesisStream("lines")
    .flatMap((line) => line.split(" "))
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .print();
});

/** A world with a record for each of the first seconds. */
async function worldWithLines(lines: readonly string[]): Promise<World> {
  const world = new World();
  await world.streams.create("lines", 1);
  const data = lines.map((line) => ({ partitionKey: "a", data: Buffer.from(line) }));
  await world.streams.putRecords("lines", data);
  return world;
}

describe("BatchHistory", () => {
  it("tells the same numbers as the listeners and the checkpoint", async () => {
    const world = await worldWithLines(["to be", "or not", "to be"]);
    const { history, told } = await watch(words, { world, batches: 4 });
    const manifests = [...(await new ManifestChain(world, jobName("test")).newest(10))].reverse();
    const { batches } = history.timeline();
    expect(batches.map(({ time }) => time)).toEqual(manifests.map(({ time }) => time));
    expect(batches.map(({ records }) => records)).toEqual(manifests.map(({ records }) => records));
    expect(batches.map(({ stateKeys }) => stateKeys)).toEqual(
      manifests.map(({ state }) => state.totals?.partitions.reduce((sum, { keys }) => sum + keys, 0)),
    );
    for (const [i, { time, ...batch }] of batches.entries()) {
      const view = history.batch(time);
      const info = told.completed[i];
      expect(view?.inputs).toEqual(manifests[i]?.stats.inputs);
      expect(view?.stages).toEqual(manifests[i]?.stats.stages);
      expect(batch).toMatchObject({
        records: info?.numRecords,
        submittedAt: info?.submissionTime,
        startedAt: info?.processingStartTime,
        endedAt: info?.processingEndTime,
        schedulingDelay: info?.schedulingDelay,
        processingTime: info?.processingDelay,
        totalDelay: info?.totalDelay,
      });
      expect(view?.outputOperations.map(({ startedAt, endedAt }) => [startedAt, endedAt])).toEqual(
        [...(info?.outputOperationInfos.values() ?? [])].map(({ startTime, endTime }) => [startTime, endTime]),
      );
    }
    const records = told.completed.reduce((sum, { numRecords }) => sum + numRecords, 0);
    expect(records).toBe(3);
    expect(history.app()).toMatchObject({ records, processedRecords: records, state: "running", keepsUp: "yes" });
    expect(history.app().batches).toMatchObject({ completed: 4, failed: 0, processing: 0, retained: 4 });
  });

  it("shows a failed batch with its operator, its record and the stack of the program", async () => {
    const app = program((ssc) => {
      const parse = (text: string): number => {
        if (text === "<b>x</b>") throw new TypeError("not a number");
        return Number(text);
      };
      ssc
        .queueStream([["1"], ["<b>x</b>"]], { numPartitions: 1 })
        .map(parse)
        .print();
    });
    const { history, error } = await watch(app, { batches: 3 });
    expect(error).toBeDefined();
    const failed = history.batches().find(({ status }) => status === "failed");
    expect(failed).toMatchObject({ records: 1, error: expect.stringContaining("not a number") });
    const view = history.batch(failed?.time ?? 0);
    expect(view?.failure).toMatchObject({
      code: "SLUICE_BATCH_FAILED",
      operator: "map-0",
      partition: 0,
      record: '"<b>x</b>"',
      stack: expect.stringMatching(/TypeError: not a number\n.*batch-history\.test/),
    });
    expect(view?.outputOperations).toMatchObject([{ status: "skipped" }]);
    const attempt = { outcome: "failed", error: expect.stringContaining("not a number") };
    expect(view?.stages).toMatchObject([{ calls: [{ attempts: [attempt, attempt, attempt] }] }]);
    expect(failed).toMatchObject({ tasks: 1, failedAttempts: 3 });
    expect(view?.costs?.total).toBeGreaterThan(0);
    history.ended(error);
    expect(history.app()).toMatchObject({ state: "failed", error: { operator: "map-0" } });
    expect(history.app().batches).toMatchObject({ completed: 1, failed: 1 });
  });

  it("goes on after a batch that is skipped, and counts it", async () => {
    const app = program(
      (ssc) => {
        ssc
          .queueStream([[1], [2], [3]])
          .map((n) => {
            if (n === 2) throw new Error("two");
            return n;
          })
          .print();
      },
      { onBatchFailure: "skip" },
    );
    const { history } = await watch(app, { batches: 3 });
    expect(history.timeline().batches.map(({ status }) => status)).toEqual(["completed", "failed", "completed"]);
    expect(history.app().batches).toMatchObject({ completed: 2, failed: 1 });
  });

  it.each(["halt", "skip"] as const)("shows the stages that ran before one failed (%s)", async (onBatchFailure) => {
    const app = program(
      (ssc) => {
        ssc
          .queueStream([["a", "b"]], { numPartitions: 2 })
          .mapToPair((word) => [word, 1])
          .reduceByKey((a, b) => a + b)
          .map(([word]) => {
            if (word === "b") throw new Error("no b");
            return word;
          })
          .print();
      },
      { onBatchFailure },
    );
    const { history } = await watch(app, { batches: 1, executors: { count: 2 } });
    const [batch] = history.timeline().batches;
    const stages = history.batch(batch?.time ?? 0)?.stages ?? [];
    const outcomes = stages.map(({ calls }) =>
      calls.map(({ attempts }) => attempts.map(({ outcome }) => outcome).join(" ")).sort(),
    );
    expect(outcomes).toEqual([
      ["done", "done"],
      ["done", "failed failed failed"],
    ]);
  });

  it("counts an output's retries, and says why it was tried again", async () => {
    let runs = 0;
    const app = program((ssc) =>
      ssc.queueStream([["a"]]).foreachRDD(() => {
        runs += 1;
        if (runs < 3) throw new Error(`no room ${runs}`);
      }),
    );
    const { history } = await watch(app, { batches: 2 });
    const [first, second] = history.timeline().batches.map(({ time }) => history.batch(time)?.outputOperations[0]);
    expect(first).toMatchObject({ status: "completed", retries: 2, retriedFor: "no room 2" });
    expect(second).toMatchObject({ status: "completed", retries: 0, retriedFor: undefined });
  });

  it.each([1, 2])("counts the keys that a batch changed and those whose time was up (%d executors)", async (count) => {
    const spec = StateSpec.function((_key: string, value: number | undefined, state: State<number>) => {
      if (!state.isTimingOut()) state.update(value ?? 0);
    }).timeout(seconds(2));
    const app = program((ssc) => {
      const pairs = ssc.queueStream([["a", "b", "c"], ["a"], ["a"], ["a"], ["a"]]).mapToPair((key) => [key, 1]);
      pairs.mapWithState(spec, { name: "idle" }).print();
      pairs.updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" }).print();
    });
    const { history } = await watch(app, { batches: 6, executors: { count } });
    const states = history.timeline().batches.map(({ time }) => history.batch(time)?.state ?? []);
    const countsOf = (name: string) =>
      states.map((all) => all.find(({ uid }) => uid === name)).map((state) => [state?.changed, state?.timedOut]);
    expect(countsOf("idle")).toEqual([
      [3, 0],
      [1, 0],
      [1, 0],
      [3, 2],
      [1, 0],
      [0, 0],
    ]);
    expect(countsOf("totals")).toEqual([
      [3, 0],
      [1, 0],
      [1, 0],
      [1, 0],
      [1, 0],
      [0, 0],
    ]);
  });

  it("keeps the last batches one by one and older ones by the minute, and loses none (fact progress.retention)", async () => {
    const app = program((ssc) => ssc.queueStream(Array.from({ length: 150 }, () => ["a", "b"])).print());
    const { history } = await watch(app, { batches: 150, history: { keep: 10 } });
    const { minutes, batches } = history.timeline();
    expect(batches).toHaveLength(10);
    expect(minutes.length).toBeGreaterThanOrEqual(2);
    expect(minutes.length).toBeLessThanOrEqual(4);
    const sum = (of: (minute: (typeof minutes)[number]) => number): number =>
      minutes.reduce((total, minute) => total + of(minute), 0);
    expect(sum((minute) => minute.batches)).toBe(140);
    expect(sum((minute) => minute.records)).toBe(280);
    expect(history.app()).toMatchObject({ records: 300, batches: { completed: 150, retained: 10 } });
  });

  it("tells what has changed since a revision, and says when it cannot", async () => {
    const app = program((ssc) => ssc.queueStream(Array.from({ length: 30 }, () => ["a"])).print());
    let half = 0;
    let calls = 0;
    const { history } = await watch(app, {
      batches: 30,
      history: { keep: 20 },
      also: { onOutputsCompleted: () => void (calls += 1) },
    });
    expect(calls).toBe(30);
    const { revision } = history;
    const unsubscribe = history.subscribe(() => void (half += 1));
    const newest = history.timeline().batches.at(-1)?.time ?? 0;
    history.onOutputStarted({ time: newest, id: 0, uid: "print-0", kind: "print" }, 1);
    expect(half).toBe(1);
    unsubscribe();
    history.printed("text");
    expect(half).toBe(1);
    expect(history.changedSince(revision)?.map(({ time }) => time)).toEqual([newest]);
    expect(history.changedSince(history.revision)).toEqual([]);
    expect(history.changedSince(0)).toBeUndefined();
    expect(history.changedSince(history.revision + 1)).toBeUndefined();
  });

  it("counts what is due and not begun as waiting", async () => {
    const app = program((ssc) => ssc.queueStream([["a"]]).print());
    const { history, world } = await watch(app, { batches: 2 });
    await world.clock.sleep(3_500);
    expect(history.app()).toMatchObject({ batches: { waiting: 3 }, keepsUp: "no" });
    const newest = history.timeline().batches.at(-1)?.time ?? 0;
    const queued = history.batches().filter(({ status }) => status === "queued");
    expect(queued.map(({ time }) => time)).toEqual([newest + 3000, newest + 2000, newest + 1000]);
    history.ended();
    expect(history.app().batches.waiting).toBe(0);
  });

  it("counts records when a batch begins, and as processed when it ends (fact progress.counters)", async () => {
    const app = program((ssc) => ssc.queueStream([[]]).print());
    const { history } = await watch(app, { batches: 0 });
    const counters = () => {
      const { records, processedRecords, batches } = history.app();
      const [running, completed] = [batches.processing, batches.completed];
      return { records, processedRecords, running, completed, newest: history.batches()[0]?.records };
    };
    const input = { type: "queue", records: 300, bytes: 0, files: [], shards: [] } as const;
    const inputs = [
      { ...input, id: 0, uid: "a" },
      { ...input, id: 1, uid: "b" },
    ];
    const times = { submittedAt: 1000, startedAt: 1001 };
    history.onBatchStarted({ time: 1000, inputs, outputs: [], ...times });
    expect(counters()).toEqual({ records: 600, processedRecords: 0, running: 1, completed: 0, newest: 600 });
    const made = { stages: [], state: [], tasks: 0, shuffleBytes: 0, stateKeys: 0, accumulators: {}, error: undefined };
    history.onBatchCommitted({ version: 1, time: 1000, records: 600, inputs, committedAt: 1002, ...times, ...made });
    expect(counters()).toEqual({ records: 600, processedRecords: 0, running: 1, completed: 0, newest: 600 });
    history.onOutputsCompleted(1000, 1003);
    expect(counters()).toEqual({ records: 600, processedRecords: 600, running: 0, completed: 1, newest: 600 });
  });

  it("adds up what the requests of the batches would cost", async () => {
    const world = await worldWithLines(["a", "b"]);
    const meter = new RequestMeter();
    const ports = { ...world.ports, blocks: meter.blocks(world.blocks), table: meter.table(world.table) };
    const { history } = await watch(words, { world, ports, batches: 3, history: { meter } });
    const { cost } = history.app();
    const batches = history.timeline().batches.map(({ time }) => history.batch(time)?.costs);
    expect(cost?.total).toBeGreaterThan(0);
    for (const service of ["kinesis", "lambda", "s3", "dynamodb"]) {
      const sum = batches.reduce((total, costs) => total + (costs?.services[service] ?? 0), 0);
      expect(cost?.services[service]).toBeCloseTo(sum, 12);
      expect(sum).toBeGreaterThan(0);
    }
    const { s3, dynamodb } = meter.snapshot();
    // A block for each batch; plan and manifest for each, and the head moved.
    expect(s3?.PutObject?.requests).toBe(3);
    expect(dynamodb?.UpdateItem?.requests).toBeGreaterThanOrEqual(3);
    expect(dynamodb?.PutItem?.requests).toBeGreaterThanOrEqual(6);
  });

  it("keeps the last of what is printed, shortened", async () => {
    const { history } = await watch(
      program((ssc) => ssc.queueStream([["a"]]).print()),
      { batches: 1 },
    );
    for (let i = 0; i < 50; i++) history.printed(`${i}`);
    history.printed("x".repeat(100_000));
    const { printed } = history.app();
    expect(printed).toHaveLength(20);
    expect(printed[0]?.text).toBe("31");
    expect(printed.at(-1)?.text).toHaveLength(10_000);
  });
});
