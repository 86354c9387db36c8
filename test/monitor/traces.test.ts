import { ExecutorLostError } from "../../shared/errors/index.js";
import { BatchTraces } from "../../shared/monitor/index.js";
import type { Invoker } from "../../shared/ports/index.js";
import type { StreamingApp } from "../../shared/streaming/index.js";
import { program, World } from "../engine/world.js";
import { type WatchOptions, watch } from "./watched.js";

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly OtlpValue[] };
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: OtlpValue }[];
  readonly status: { readonly code: number; readonly message?: string };
  readonly events?: readonly { readonly name: string; readonly attributes: OtlpSpan["attributes"] }[];
}

function plain(value: OtlpValue): unknown {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(plain);
  return value.intValue === undefined ? (value.stringValue ?? value.doubleValue) : Number(value.intValue);
}

const attributesOf = ({ attributes }: Pick<OtlpSpan, "attributes">): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));

/** Traces as they would arrive: by batch, their spans. */
async function traced(app: StreamingApp, options: WatchOptions = {}) {
  const sent: OtlpSpan[][] = [];
  const also = new BatchTraces({
    appName: "test",
    codeVersion: "1",
    batchDuration: 1000,
    send: (trace) => {
      const [resource] = JSON.parse(JSON.stringify(trace)).resourceSpans;
      expect(attributesOf(resource.resource)).toEqual({ "service.name": "test", "service.version": "1" });
      sent.push(resource.scopeSpans[0].spans);
    },
  });
  const watched = await watch(app, { ...options, also });
  return { ...watched, sent };
}

/** Names from the root to the span. */
function pathOf(span: OtlpSpan, spans: readonly OtlpSpan[]): string {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  expect(parent !== undefined || span.parentSpanId === undefined).toBe(true);
  return parent === undefined ? span.name : `${pathOf(parent, spans)} / ${span.name}`;
}

const wordCount = program((ssc) => {
  ssc
    .kinesisStream("lines")
    .flatMap((line) => line.split(" "))
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .print();
});

async function worldWithLines(lines: readonly string[]): Promise<World> {
  const world = new World();
  await world.streams.create("lines", 1);
  await world.streams.putRecords(
    "lines",
    lines.map((line) => ({ partitionKey: "a", data: Buffer.from(line) })),
  );
  return world;
}

/** Fails when the text is "bad". */
const parsing = (options: Parameters<typeof program>[1] = {}) =>
  program((ssc) => {
    ssc
      .queueStream([["good"], ["bad"]], { numPartitions: 1 })
      .map((text) => {
        if (text === "bad") throw new TypeError("cannot read it");
        return text;
      })
      .print();
  }, options);

describe("a trace", () => {
  it("has a span for everything that a batch does, each within the batch", async () => {
    const world = await worldWithLines(["to be", "or not"]);
    const { sent, history } = await traced(wordCount, { world, batches: 2, executors: { count: 2 } });
    expect(sent).toHaveLength(2);
    const [spans = []] = sent;
    const paths = spans.map((span) => pathOf(span, spans));
    expect(paths).toEqual([
      "batch",
      "batch / input kinesisStream-0",
      expect.stringMatching(/^batch \/ input kinesisStream-0 \/ shard \S+$/),
      expect.stringMatching(/\/ attempt 1$/),
      "batch / stage 0",
      "batch / stage 0 / call 0",
      "batch / stage 0 / call 0 / attempt 1",
      "batch / stage 1",
      "batch / stage 1 / call 0",
      "batch / stage 1 / call 0 / attempt 1",
      "batch / stage 1 / call 1",
      "batch / stage 1 / call 1 / attempt 1",
      "batch / output print-0",
    ]);
    const [root] = spans;
    const batch = history.timeline().batches[0];
    expect(root && attributesOf(root)).toMatchObject({
      "sluice.job": "job-test",
      "sluice.batch.time": batch?.time,
      "sluice.batch.records": 2,
    });
    const state = root?.events?.find(({ name }) => name === "state");
    expect(state && attributesOf(state)).toMatchObject({
      "sluice.operator": "totals",
      "sluice.state.keys": 4,
      "sluice.state.changed_keys": 4,
      "sluice.state.timed_out_keys": 0,
    });
    for (const span of spans) {
      expect(span.traceId).toBe(root?.traceId);
      expect(span.status.code).toBe(0);
      const times = [root?.startTimeUnixNano, span.startTimeUnixNano, span.endTimeUnixNano, root?.endTimeUnixNano];
      expect(times).toEqual([...times].sort());
    }
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    expect(root?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(root?.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(root?.startTimeUnixNano).toBe(`${(batch?.startedAt ?? 0) * 1000}000`);
  });

  it("has ids that come from job and batch time, so that whoever makes it again makes the same", async () => {
    const ids = async () => {
      const { sent } = await traced(wordCount, { world: await worldWithLines(["a"]), batches: 2 });
      return sent.map(([root]) => root?.traceId);
    };
    const first = await ids();
    expect(new Set(first).size).toBe(2);
    expect(await ids()).toEqual(first);
  });

  it("names the operators of stages that ran together in one call", async () => {
    const world = await worldWithLines(["a"]);
    const { sent } = await traced(wordCount, { world, batches: 1 });
    const stages = sent[0]?.filter(({ name }) => name.startsWith("stage")) ?? [];
    expect(stages.map(attributesOf)).toMatchObject([
      { "sluice.stage.operators": expect.arrayContaining(["flatMap-0", "totals"]) },
    ]);
  });

  it.each(["halt", "skip"] as const)(
    "of a batch that fails shows where, with all attempts (%s)",
    async (onBatchFailure) => {
      const { sent } = await traced(parsing({ onBatchFailure }), { batches: 2 });
      expect(sent.map(([root]) => root?.status.code)).toEqual([0, 2]);
      const spans = sent[1] ?? [];
      const [root] = spans;
      expect(root?.status.message).toContain("cannot read it");
      expect(root && attributesOf(root)).toMatchObject({
        "error.type": "SLUICE_BATCH_FAILED",
        "sluice.failure.operator": "map-0",
        "sluice.failure.partition": 0,
        "sluice.failure.record": '"bad"',
      });
      const exception = root?.events?.find(({ name }) => name === "exception");
      expect(exception && attributesOf(exception)["exception.stacktrace"]).toMatch(/cannot read it\n.*traces\.test/);
      const attempts = spans.filter(({ name }) => name.startsWith("attempt"));
      expect(attempts.map((span) => pathOf(span, spans))).toEqual(
        [1, 2, 3].map((n) => `batch / stage 0 / call 0 / attempt ${n}`),
      );
      expect(attempts.map(({ status }) => status)).toEqual(
        attempts.map(() => ({ code: 2, message: expect.stringContaining("cannot read it") })),
      );
      expect(spans.find(({ name }) => name === "stage 0")?.status.code).toBe(2);
    },
  );

  it("shows attempts that were lost, and the call as well done", async () => {
    let calls = 0;
    const losing = (inner: Invoker): Invoker => ({
      parallelism: inner.parallelism,
      invoke: (target, request, signal) =>
        calls++ === 0 ? Promise.reject(new ExecutorLostError("gone")) : inner.invoke(target, request, signal),
    });
    const app = program((ssc) => ssc.queueStream([["a"]]).print());
    const { sent } = await traced(app, { batches: 1, invoker: losing });
    const named = (name: string) => sent[0]?.find((span) => span.name === name);
    expect(named("attempt 1")?.status).toEqual({ code: 2, message: "gone" });
    expect(named("attempt 2")?.status.code).toBe(0);
    expect([named("call 0"), named("stage 0"), named("batch")].map((span) => span?.status.code)).toEqual([0, 0, 0]);
  });

  it("counts an output's retries, and is sent once it is given up", async () => {
    let runs = 0;
    const app = program((ssc) =>
      ssc.queueStream([["a"], ["b"]]).foreachRDD(() => {
        runs += 1;
        if (runs !== 2) throw new Error("no room");
      }),
    );
    const { sent } = await traced(app, { batches: 2 });
    const outputs = sent.map((spans) => spans.find(({ name }) => name.startsWith("output")));
    expect(outputs.map((span) => span && attributesOf(span)["sluice.output.retries"])).toEqual([1, 2]);
    expect(outputs.map((span) => span?.status.code)).toEqual([0, 2]);
    expect(sent[1]?.[0]?.status.code).toBe(2);
  });
});
