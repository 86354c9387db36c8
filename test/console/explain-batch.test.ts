import { findingsOf, phasesOf, usualOf } from "../../cli/console/page/logic/explain-batch.js";
import { skewOf, stageSpan } from "../../cli/console/page/logic/stage-times.js";
import type { BatchView } from "../../shared/monitor/index.js";
import { SyntheticSource } from "./synthetic-source.js";

const from = 1_790_000_000_000;
const usual = { batchDuration: 1000, records: 1000, processingTime: 200 };

function batchOf(millis: number, options: { readonly failing?: readonly number[] } = {}): BatchView {
  const source = new SyntheticSource({ batches: 2, from, millis: (i) => (i === 1 ? millis : 100), ...options });
  return source.batch(from + 1000) as BatchView;
}

function calm(batch: BatchView): BatchView {
  const stages = batch.stages.map((stage) => ({ ...stage, calls: stage.calls.slice(0, 1) }));
  return { ...batch, stages, failedAttempts: 0, hedges: 0, records: 1000 };
}

const texts = (batch: BatchView) => findingsOf(batch, usual).map(({ text }) => text);

describe("why a batch took as long as it did", () => {
  it("is told in phases, in order", () => {
    const phases = phasesOf(batchOf(200));
    expect(phases.map(({ name }) => name)).toEqual([
      "Waiting for its turn",
      "Reading inputs",
      "Stage 0",
      "Stage 1",
      "Committing",
      "Output print-0",
      "Output save-1",
    ]);
    for (const { from, to } of phases) expect(to).toBeGreaterThanOrEqual(from);
  });

  it("is nothing unusual most of the time", () => {
    expect(texts(calm(batchOf(200)))).toEqual(["Nothing unusual: it took 200 ms, 20 % of its interval."]);
  });

  it("begins with what is worst", () => {
    const [first, second] = findingsOf(calm(batchOf(1500)), usual);
    expect(first).toEqual({ level: "bad", text: "Processing took 1.50 s, 150 % of the interval of 1 s." });
    expect(second?.text).toMatch(/^Most time went into .*stage 0 \(parse, valid\): /);
  });

  it("may be the batches before", () => {
    const batch = { ...calm(batchOf(200)), schedulingDelay: 3000, totalDelay: 3200 };
    expect(texts(batch)[0]).toBe("It waited 3.00 s for earlier batches: look at what those did.");
  });

  it("may be a skewed stage, attempts, or more records than usual", () => {
    const batch = { ...batchOf(800), failedAttempts: 2, hedges: 1, records: 5000 };
    const all = texts(batch).join("\n");
    expect(all).toContain("Stage 0 is skewed: tasks 6, 7 took 400 ms, the median call 160 ms.");
    expect(all).toContain("Attempts that failed, got lost or were throttled: 2.");
    expect(all).toContain("1 call took long enough that a second attempt was started beside it.");
    expect(all).toContain("It had 5,000 records; the median batch has 1,000.");
  });

  it("is first of all that it failed", () => {
    expect(findingsOf(batchOf(200, { failing: [1] }), usual)[0]).toMatchObject({
      level: "bad",
      text: expect.stringContaining("parse"),
    });
  });

  it("is not known of a batch that waits or runs", () => {
    const { startedAt, endedAt, processingTime, totalDelay, ...rest } = calm(batchOf(200));
    const waiting: BatchView = { ...rest, status: "queued", stages: [], outputOperations: [], inputs: [] };
    expect(texts(waiting)).toEqual(["It has not begun."]);
    expect(texts({ ...waiting, status: "processing", startedAt })).toEqual(["It is being processed."]);
  });
});

describe("usualOf", () => {
  it("is the median of completed batches", () => {
    const batches = new SyntheticSource({ batches: 3, from, millis: (i) => 100 * (i + 1), failing: [2] }).timeline()
      .batches;
    expect(usualOf(batches, 1000).processingTime).toBe(200);
    expect(usualOf([], 1000)).toEqual({ batchDuration: 1000, records: undefined, processingTime: undefined });
  });
});

describe("times of stages", () => {
  const attempt = (startedAt: number, millis: number, outcome: "done" | "abandoned" = "done") => ({
    startedAt,
    millis,
    outcome,
    hedge: false,
    executor: "any",
    error: undefined,
  });
  const stage = (...calls: ReturnType<typeof attempt>[][]) => ({
    id: 0,
    depth: 0,
    operators: [],
    tasks: calls.length,
    collapsedInto: undefined,
    shuffleBytes: 0,
    calls: calls.map((attempts, task) => ({ tasks: [task], attempts })),
  });

  it("leave out attempts whose result was not used", () => {
    expect(stageSpan(stage([attempt(100, 900, "abandoned"), attempt(400, 100)]))).toEqual({ from: 400, to: 500 });
    expect(stageSpan(stage())).toBeUndefined();
  });

  it("are uneven by the slowest call over the median one", () => {
    expect(skewOf(stage([attempt(0, 100)], [attempt(0, 100)], [attempt(0, 400)]))).toMatchObject({
      ratio: 4,
      slowestMillis: 400,
      medianMillis: 100,
      slowest: { tasks: [2] },
    });
    expect(skewOf(stage([attempt(0, 100)]))).toBeUndefined();
  });
});
