/** What is known of a batch, whoever told: the driver while it runs, or its manifest afterwards. Views are made of it. */
import type { InputRecord, StageRecord, StateRecord } from "../checkpoint/index.js";
import { attemptsOf } from "./costs.js";
import { firstLine, textOf } from "./text.js";
import type { BatchStatus, BatchSummary, BatchView, CostView, ErrorView, OutputView } from "./view.js";

export interface KnownOutput {
  readonly id: number;
  readonly uid: string;
  readonly kind: string;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly error: ErrorView | undefined;
  /** `undefined` where nobody counted. */
  readonly retries: number | undefined;
  readonly retriedFor: string | undefined;
}

export interface KnownBatch {
  readonly time: number;
  readonly status: BatchStatus;
  readonly submittedAt: number;
  readonly startedAt: number | undefined;
  readonly committedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly inputs: readonly InputRecord[];
  readonly stages: readonly StageRecord[];
  readonly state: readonly StateRecord[];
  readonly outputs: readonly KnownOutput[];
  readonly accumulators: Readonly<Record<string, unknown>>;
  readonly costs: CostView | undefined;
  readonly failure: ErrorView | undefined;
}

/** What all batches of an application have in common. */
export interface BatchScope {
  /** Milliseconds. */
  readonly batchDuration: number;
  /** Beginning of the tokens of its outputs. */
  readonly job: string;
  /** The command that runs a batch again. */
  readonly replayCommand: ((time: number) => string) | undefined;
}

/** The batch as a row of a list. */
export function batchSummary(batch: KnownBatch, { batchDuration }: Pick<BatchScope, "batchDuration">): BatchSummary {
  const { time, status, submittedAt, startedAt, committedAt, endedAt, inputs, stages, outputs, failure, costs } = batch;
  const attempts = attemptsOf(batch);
  const records = sum(inputs, (input) => input.records);
  const schedulingDelay = difference(submittedAt, startedAt);
  const processingTime = difference(startedAt, endedAt);
  const error = failure ?? outputs.find((output) => output.error !== undefined)?.error;
  return {
    time,
    status,
    records,
    bytes: sum(inputs, (input) => input.bytes),
    inputRate: (records * 1000) / batchDuration,
    submittedAt,
    startedAt,
    committedAt,
    endedAt,
    schedulingDelay,
    processingTime,
    totalDelay:
      schedulingDelay === undefined || processingTime === undefined ? undefined : schedulingDelay + processingTime,
    lagMillis: lagOf(inputs),
    tasks: sum(stages, (stage) => stage.tasks),
    failedAttempts: attempts.filter(({ outcome }) => outcome !== "done" && outcome !== "abandoned").length,
    hedges: attempts.filter(({ hedge }) => hedge).length,
    shuffleBytes: sum(stages, (stage) => stage.shuffleBytes),
    stateKeys: sum(batch.state, ({ keys }) => keys),
    outputsDone: outputs.filter((output) => output.endedAt !== undefined && output.error === undefined).length,
    outputs: outputs.length,
    cost: costs?.total,
    error: error && firstLine(error.message),
  };
}

/** All that is known of the batch. */
export function batchView(batch: KnownBatch, scope: BatchScope): BatchView {
  const { time, inputs, stages, state, outputs, accumulators, costs, failure } = batch;
  return {
    ...batchSummary(batch, scope),
    inputs,
    stages,
    state,
    outputOperations: outputs.map((output) => outputView(output, batch, `${scope.job}/${time}/${output.uid}`)),
    accumulators: texts(accumulators),
    costs,
    failure,
    replay: scope.replayCommand?.(time),
  };
}

function outputView(output: KnownOutput, batch: KnownBatch, token: string): OutputView {
  const { startedAt, endedAt, retriedFor } = output;
  const status = outputStatus(output, batch);
  const duration = difference(startedAt, endedAt);
  return { ...output, status, duration, token, retriedFor: retriedFor && firstLine(retriedFor) };
}

function outputStatus({ startedAt, endedAt, error }: KnownOutput, { status }: KnownBatch): OutputView["status"] {
  if (error !== undefined) return "failed";
  if (endedAt !== undefined) return "completed";
  if (status === "failed") return "skipped";
  return startedAt === undefined ? "waiting" : "processing";
}

/** A batch that is due and not begun. */
export function queuedBatch(time: number): BatchSummary {
  const nothing = { records: 0, bytes: 0, inputRate: 0, lagMillis: 0, tasks: 0, failedAttempts: 0, hedges: 0 };
  const none = { shuffleBytes: 0, stateKeys: 0, outputsDone: 0, outputs: 0 };
  return { time, status: "queued", submittedAt: time, ...nothing, ...none };
}

/** How far the shard that is furthest behind is behind. */
export function lagOf(inputs: readonly InputRecord[]): number {
  return inputs.reduce((lag, { shards }) => shards.reduce((max, { lagMillis }) => Math.max(max, lagMillis), lag), 0);
}

/** Values as text, by name. */
export function texts(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value, 1000)]));
}

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** Clocks may be set back; delays are never negative. */
function difference(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from);
}
