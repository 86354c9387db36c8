/** What a batch sent through the operators: pure, so that a page can make it for whatever batch is looked at. */
import type { BatchView, GraphView, NodeFlow } from "./view.js";

/** A stage counts as slow when it takes more than this share of all stages' time, and of the interval. */
const SLOW_SHARE = 0.5;

/** By uid of all operators of the graph. */
export function flowOf(graph: GraphView, batch: BatchView, batchDuration: number): Readonly<Record<string, NodeFlow>> {
  return Object.fromEntries(graph.nodes.map(({ uid }) => [uid, nodeFlow(uid, batch, batchDuration)]));
}

function nodeFlow(uid: string, batch: BatchView, batchDuration: number): NodeFlow {
  const input = batch.inputs.find((candidate) => candidate.uid === uid);
  const state = batch.state.find((candidate) => candidate.uid === uid);
  const output = batch.outputOperations.find((candidate) => candidate.uid === uid);
  const stage = stageOf(uid, batch);
  const millis = output?.duration ?? (stage && stageMillis(stage.id, batch));
  return {
    status: statusOf(uid, batch, millis, batchDuration, stage !== undefined || output !== undefined || !!input),
    records: input?.records,
    bytes: input?.bytes,
    lagMillis: input && Math.max(0, ...input.shards.map(({ lagMillis }) => lagMillis)),
    millis,
    tasks: stage?.tasks,
    stage: stage?.id,
    keys: state?.keys,
    stateBytes: state?.bytes,
  };
}

function statusOf(
  uid: string,
  batch: BatchView,
  millis: number | undefined,
  batchDuration: number,
  took: boolean,
): NodeFlow["status"] {
  const output = batch.outputOperations.find((candidate) => candidate.uid === uid);
  if (batch.failure?.operator === uid || output?.status === "failed") return "failed";
  if (!took || output?.status === "skipped") return "idle";
  if (batch.status === "processing" && output?.status !== "completed") return "running";
  const whole = batch.processingTime ?? 0;
  const isSlow = millis !== undefined && millis > SLOW_SHARE * whole && millis > SLOW_SHARE * batchDuration;
  return isSlow ? "slow" : "ok";
}

/** The first stage that did work of the operator. */
function stageOf(uid: string, { stages }: BatchView): BatchView["stages"][number] | undefined {
  return stages.find(({ operators }) => operators.some((operator) => operator === uid));
}

/** How long a stage took: from the beginning of its first attempt to the end of its last. */
function stageMillis(id: number, { stages }: BatchView): number | undefined {
  const stage = stages.find((candidate) => candidate.id === id);
  const attempts = stage?.calls.flatMap((call) => call.attempts) ?? [];
  // A stage that ran in the call of another has no time of its own.
  if (attempts.length === 0) return undefined;
  const from = Math.min(...attempts.map(({ startedAt }) => startedAt));
  return Math.max(...attempts.map(({ startedAt, millis }) => startedAt + millis)) - from;
}
