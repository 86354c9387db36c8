/** Runs one row of cases.json through `runBatches` and checks what came out. */
import { milliseconds } from "../../shared/index.js";
import type { Case, ExpectedError } from "./case.js";
import { comparable, comparisonOf } from "./compare.js";
import { expectError, failureOf } from "./expected-error.js";
import { applyPipeline, type Scope } from "./pipeline.js";
import { runSliceCase } from "./slices.js";
import { type Context, type Entry, type RunOptions, runBatches, type Stream } from "./untyped-api.js";

/** @throws what Jest's expectations throw when Sluice and the row differ */
export async function runCase(row: Case): Promise<void> {
  if (row.slices) return runSliceCase(row);
  if (row.expectedError) return expectFailure(row, row.expectedError);

  if (row.op === "foreachRDD") await expectForeachRdd(row);
  else expectOutputs(row, await run(row));

  if (row.expectedSnapshots) {
    const snapshots = {
      ...row,
      pipeline: [...row.pipeline, { op: "stateSnapshots" }],
      expected: row.expectedSnapshots,
    };
    expectOutputs({ ...snapshots, ordered: false }, await run(snapshots));
  }
}

function run(row: Case, options: Partial<RunOptions> = {}): Promise<readonly Entry[]> {
  return runBatches({
    batchDuration: milliseconds(row.batchDurationMs),
    inputs: inputsOf(row),
    partitions: row.inputPartitions,
    batches: row.batchCount,
    build: (ssc, ...inputs) => observed(row, ssc, inputs),
    ...(row.restartAfterBatch !== undefined && { restartAfter: row.restartAfterBatch }),
    ...options,
  });
}

/** The stream whose RDDs the row lists. */
function observed(row: Case, ssc: Context, inputs: readonly Stream[]): Stream {
  const { input, ...others } = sourcesOf(row, ssc, inputs);
  if (!input) throw new Error("The case has no input.");
  return applyPipeline(input, row.pipeline, { ssc, sources: { input, ...others } });
}

function sourcesOf(row: Case, ssc: Context, inputs: readonly Stream[]): Scope["sources"] {
  if (isQueue(row)) return { input: queueOf(row, ssc) };
  const [input, input2, input3] = inputs;
  return { ...(input && { input }), ...(input2 && { input2 }), ...(input3 && { input3 }) };
}

function inputsOf(row: Case): RunOptions["inputs"] {
  if (isQueue(row)) return [];
  return [row.input, row.input2, row.input3].filter((input) => input !== undefined);
}

const isQueue = ({ op, queue }: Case): boolean => queue !== undefined || op === "queueStream";

/** `runBatches` leaves no moment between batches, so all that the row enqueues over time is in the queue from the start. */
function queueOf({ queue, input, inputPartitions }: Case, ssc: Context): Stream {
  const numPartitions = inputPartitions;
  if (!queue) return ssc.queueStream(input ?? [], { numPartitions });
  const { oneAtATime, enqueueBeforeBatch, ...rest } = queue;
  if (!oneAtATime && enqueueBeforeBatch.slice(1).some((items) => items.length > 0)) {
    throw new Error(
      "Without oneAtATime the first batch takes the whole queue: the row needs all its items before batch 1.",
    );
  }
  return ssc.queueStream(enqueueBeforeBatch.flat(), { oneAtATime, numPartitions, ...rest });
}

// --- What came out ---------------------------------------------------------------------------------------------------

function expectOutputs(row: Case, produced: readonly Entry[]): void {
  const expected = row.expected ?? [];
  const entries = row.harness ? firstNonEmpty(produced, expected.length) : produced;
  const comparison = comparisonOf(row);
  const texts = (batches: readonly (readonly unknown[])[]) => batches.map((values) => comparable(values, comparison));
  expect(texts(entries.map(valuesOf))).toEqual(texts(expected));

  const times = row.expectedTimesMs ?? (isEveryBatch(row) ? batchTimes(row) : undefined);
  if (times) expect(entries.map(({ time }) => time)).toEqual(times);
  if (row.expectedPartitions) {
    expect(entries.map(({ partitions }) => partitions?.length)).toEqual(row.expectedPartitions);
  }
  for (const entry of entries) expect(entry.partitions?.flat()).toEqual(entry.values);
}

function firstNonEmpty(entries: readonly Entry[], count: number): readonly Entry[] {
  return entries.filter(({ values }) => values && values.length > 0).slice(0, count);
}

function valuesOf({ time, values, error }: Entry): readonly unknown[] {
  if (!values) throw new Error(`Batch ${time} ms failed.`, { cause: error });
  return values;
}

/** With an output for each batch it is clear which time each one has. */
function isEveryBatch({ harness, expected, batchCount }: Case): boolean {
  return !harness && expected?.length === batchCount;
}

function batchTimes({ batchCount, batchDurationMs }: Case): readonly number[] {
  return Array.from({ length: batchCount }, (_, index) => (index + 1) * batchDurationMs);
}

/** Besides the observed stream, an output operation on the input runs once for each RDD and sees all its elements. */
async function expectForeachRdd(row: Case): Promise<void> {
  const seen: [time: number, count: number][] = [];
  const build: RunOptions["build"] = (ssc, ...inputs) => {
    inputs[0]?.foreachRDD(async (rdd, time) => {
      const count = await rdd.count();
      seen.push([time.milliseconds, count]);
    });
    return observed(row, ssc, inputs);
  };
  expectOutputs(row, await run(row, { build }));

  const batches = (row.input ?? []).map((batch, index) => [(index + 1) * row.batchDurationMs, batch?.length]);
  expect(seen).toEqual(batches.filter(([, count]) => count !== undefined));
}

// --- What failed -----------------------------------------------------------------------------------------------------

function expectFailure(row: Case, error: ExpectedError): Promise<void> {
  switch (error.phase) {
    case "construct":
      return expectConstructionFailure(row, error);
    case "batch":
    case "output":
      return expectBatchFailure(row, error);
    default:
      throw new Error(`Phase ${error.phase} has no runner here: it is about the context's life, see context.ts.`);
  }
}

/** The failing call itself throws, while the graph is built. */
async function expectConstructionFailure(row: Case, error: ExpectedError): Promise<void> {
  let thrown: unknown;
  const build: RunOptions["build"] = (ssc, ...inputs) => {
    try {
      return observed(row, ssc, inputs);
    } catch (failure) {
      thrown = failure;
      throw failure;
    }
  };
  await failureOf(() => run(row, { build, batches: Math.max(1, row.batchCount) }));
  expectError(thrown, error);
}

/** Skipped, exactly that batch fails; halting, the run ends there with the outputs before it. */
async function expectBatchFailure(row: Case, error: ExpectedError): Promise<void> {
  const failureTime = (error.batch ?? 1) * row.batchDurationMs;

  const entries = await run(row, { onBatchFailure: "skip" });
  const failed = entries.filter((entry) => "error" in entry);
  const produced = entries.filter((entry) => !("error" in entry));
  expect(failed.map(({ time }) => time)).toEqual([failureTime]);
  expectError(failed[0]?.error, error);
  if (row.expected) expectOutputs(row, produced);

  const halted = await failureOf(() => run(row));
  expectError(halted, error);
  const { outputs } = halted as { outputs?: readonly Entry[] };
  expect(outputs).toEqual(produced.filter(({ time }) => time < failureTime));
}
