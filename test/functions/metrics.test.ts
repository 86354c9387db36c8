/** Metrics as they stand in the log. */
import { CallWatch } from "../../functions/call-watch.js";
import { BatchMetrics, logMetrics, type MetricValues } from "../../functions/metrics.js";
import { METRICS, type MetricKey } from "../../shared/aws/index.js";
import { BatchFailedError, ExecutorLostError, OutputFailedError } from "../../shared/errors/index.js";
import { serializeError } from "../../shared/executor/index.js";
import type { Invoker } from "../../shared/ports/index.js";
import { MemoryConsole } from "../../shared/simulation/index.js";
import type { BatchRecord } from "../../shared/streaming/index.js";

/** What is written to standard output meanwhile. */
function written(work: () => void): string[] {
  const write = jest.spyOn(process.stdout, "write").mockImplementation(() => true);
  try {
    work();
    return write.mock.calls.map(([text]) => String(text));
  } finally {
    write.mockRestore();
  }
}

/** Of a record what metrics look at. */
const batch = (time: number, more: Partial<BatchRecord> = {}): BatchRecord =>
  ({ time, records: 12, submittedAt: time, startedAt: time + 5, error: undefined, ...more }) as BatchRecord;

describe("metrics in the log", () => {
  it("are lines of the embedded metric format, with the application as their one dimension", () => {
    const sink = logMetrics("counts", new MemoryConsole());
    const lines = written(() => {
      sink.publish({ records: 12, processingDelay: 95 });
      sink.publish({ estimatedCost: 0.0001 });
    });
    expect(lines).toHaveLength(2);
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      app: "counts",
      Records: 12,
      ProcessingDelay: 95,
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: "Sluice",
            Dimensions: [["app"]],
            Metrics: [
              { Name: "Records", Unit: "Count" },
              { Name: "ProcessingDelay", Unit: "Milliseconds" },
            ],
          },
        ],
      },
    });
    expect(second._aws.CloudWatchMetrics[0]).toMatchObject({
      Dimensions: [["app"]],
      Metrics: [{ Name: "EstimatedCost", Unit: "None" }],
    });
    expect(Object.keys(second).sort()).toEqual(["EstimatedCost", "_aws", "app"]);
  });

  it("never fail whoever publishes them", () => {
    const console = new MemoryConsole();
    const sink = logMetrics("counts", console);
    expect(written(() => sink.publish({}))).toEqual([]);
    expect(written(() => sink.publish({ lag: Number.NaN }))).toEqual([]);
    jest.spyOn(process.stdout, "write").mockImplementation(() => {
      throw new Error("no standard output");
    });
    try {
      expect(() => sink.publish({ records: 1 })).not.toThrow();
      expect(() => sink.publish({ nonsense: 1 } as MetricValues)).not.toThrow();
    } finally {
      jest.restoreAllMocks();
    }
    expect(console.logged.map(({ level }) => level)).toContain("error");
    // And what could not be written does not come with the next line.
    const [line = ""] = written(() => sink.publish({ lag: 3 }));
    expect(Object.keys(JSON.parse(line)).sort()).toEqual(["Lag", "_aws", "app"]);
  });

  it("have a name, a unit, a meaning and a section of the runbook each", () => {
    const specs = Object.values(METRICS);
    expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length);
    for (const { name, meaning, runbook } of specs) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
      expect(runbook).toMatch(/^[a-z-]+$/);
    }
  });
});

describe("metrics of batches", () => {
  const collect = (take: () => MetricValues = () => ({})) => {
    const published: MetricValues[] = [];
    return { published, metrics: new BatchMetrics({ publish: (values) => void published.push(values) }, take) };
  };

  it("are one line a batch, when its outputs are done", () => {
    const { published, metrics } = collect(() => ({ lag: 7 }));
    metrics.onBatchCommitted(batch(1000));
    expect(published).toEqual([]);
    metrics.onOutputsCompleted(1000, 1400);
    expect(published).toEqual([
      { batchesCommitted: 1, records: 12, schedulingDelay: 5, lag: 7, processingDelay: 395, totalDelay: 400 },
    ]);
  });

  it("leave out outputs that are owed by an earlier scheduler", () => {
    const { published, metrics } = collect();
    metrics.onOutputsCompleted(1000, 1400);
    expect(published).toEqual([]);
  });

  it.each<[string, unknown, MetricKey]>([
    ["a failed batch", new BatchFailedError("", {}, undefined), "batchFailures"],
    ["a failed output", new OutputFailedError("", {}, undefined), "outputFailures"],
    ["anything else", new TypeError(), "schedulerFailures"],
  ])("count %s at the end", (_, error, key) => {
    const { published, metrics } = collect(() => ({ estimatedCost: 1 }));
    metrics.onBatchCommitted(batch(1000));
    metrics.ended({ callsLeftBehind: 0 }, error);
    expect(published).toHaveLength(2);
    expect(published[0]).toMatchObject({ batchesCommitted: 1 });
    expect(published[1]).toEqual({ estimatedCost: 1, callsLeftBehind: 0, [key]: 1 });
  });
});

describe("the watch over calls", () => {
  const lost = new ExecutorLostError("gone", { reason: "memory" });
  const watching = (invoke: Invoker["invoke"]) => new CallWatch({ parallelism: 3, invoke });

  it("counts lost executors, however they are found out", async () => {
    const replies = [() => Promise.reject(lost), async () => ({ ok: false, error: serializeError(lost) })];
    const watch = watching(() => (replies.shift() as () => Promise<unknown>)());
    await expect(watch.invoke({ type: "any" }, { type: "run" })).rejects.toBe(lost);
    await watch.invoke({ type: "any" }, { type: "run" });
    expect(watch.take()).toEqual({ executorsLost: 2 });
    expect(watch.take()).toEqual({ executorsLost: 0 });
  });

  it("does not count attempts that are no longer wanted", async () => {
    const watch = watching(() => Promise.reject(lost));
    await expect(watch.invoke({ type: "any" }, { type: "run" }, AbortSignal.abort())).rejects.toBe(lost);
    expect(watch.take()).toEqual({ executorsLost: 0 });
  });

  it("keeps the greatest lag", async () => {
    const lags = [5, 900, 0];
    const watch = watching(async () => ({ ok: true, result: { header: { millisBehindLatest: lags.shift() } } }));
    for (let i = 0; i < 3; i++) await watch.invoke({ type: "any" }, { type: "read-shard" });
    expect(watch.take()).toEqual({ executorsLost: 0, lag: 900 });
  });
});
