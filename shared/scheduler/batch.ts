/**
 * One batch, from claimed plan to manifest: blocks, lineage, stages. Nothing it writes counts before the commit, and
 * everything has a name that no other attempt can produce, so it can be dropped at any point.
 */
import {
  BATCH_RECORD_VERSION,
  type BatchFailure,
  type BatchStats,
  blockName,
  type ClaimedPlan,
  type InputPosition,
  type InputRecord,
  MANIFEST_FORMAT,
  type Manifest,
  type Names,
  type StageRecord,
  type StateRecord,
  startsOf,
  storedStats,
} from "../checkpoint/index.js";
import { BatchFailedError, CheckpointError, SluiceError } from "../errors/index.js";
import { type LineageRequest, lineageKey, preparedBatch, withVariables } from "../executor/index.js";
import type { DriverPorts } from "../ports/index.js";
import { countUpdates, type DataRef, type Updates } from "../rdd/index.js";
import { together } from "../rules/index.js";
import { chunkObject, chunksOf, type StateChunk, type StateMeta } from "../state/index.js";
import {
  BatchBuilder,
  type BatchFacts,
  type BatchLineage,
  buildBatch,
  liveInputs,
  type OutputNode,
  type ResolvedOptions,
  type StreamGraph,
} from "../streaming/index.js";
import type { BodyEnvironment } from "./body-runner.js";
import { isQuiet } from "./idle.js";
import { type ClaimedInput, claimFiles, claimQueue, claimStream, inputRecords } from "./inputs/index.js";
import { coversOf, type Memory, memoryAfter, objectsOfMemory } from "./memory.js";
import { type Rates, recordsPerShard } from "./rate/index.js";
import { type PlanResult, runPlan } from "./stage-runner.js";
import { TransformCalls } from "./transform-calls.js";

export interface BatchEnvironment extends BodyEnvironment {
  readonly graph: StreamGraph;
  readonly options: ResolvedOptions;
  readonly ports: DriverPorts;
}

/** What a batch came to, ready to be committed. */
export interface BatchResult {
  readonly manifest: Manifest;
  readonly stats: BatchStats;
  readonly error: BatchFailedError | undefined;
  readonly tasks: number;
  readonly shuffleBytes: number;
  /** Objects that are garbage when the batch is committed. */
  readonly scratch: readonly string[];
  /** What it added to accumulators. */
  readonly added: Updates;
  /** True when some input had more than it gave. */
  readonly lagging: boolean;
}

/** Where the batch stands in the chain. */
export interface BatchStart extends ClaimedPlan {
  readonly previous: Manifest | undefined;
  readonly rates: Rates;
  /** When it was due, and when the driver began with it; epoch milliseconds. */
  readonly submittedAt: number;
  readonly startedAt: number;
  /** Is told what the batch consists of, before it runs. */
  onGenerated?(inputs: readonly InputRecord[], outputs: readonly OutputNode[]): void;
  /** Is told why the batch fails, and what of it ran, before that halts the application. */
  onHalting?(error: BatchFailedError, stats: BatchStats): void;
}

const NOTHING: Computed = {
  captured: {},
  state: {},
  kept: {},
  scratch: [],
  updates: [],
  added: {},
  tasks: 0,
  shuffleBytes: 0,
  stateChanges: {},
  lineage: { outputs: [], kept: [], states: [] },
};

/** @throws {BatchFailedError} under `onBatchFailure: "halt"`; under `"skip"` the result says so. */
export async function runBatch(environment: BatchEnvironment, start: BatchStart): Promise<BatchResult> {
  const { options } = environment;
  const inputs = await claimInputs(environment, start);
  const records = inputRecords(environment.graph, inputs);
  const generated = (lineage: BatchLineage) =>
    start.onGenerated?.(
      records,
      lineage.outputs.map(({ output }) => output),
    );
  const log: StageRecord[] = [];
  let outcome: Computed;
  let error: BatchFailedError | undefined;
  try {
    outcome = await computeBatch(environment, start, inputs, generated, log);
  } catch (cause) {
    if (!isUsersFault(cause)) throw cause;
    error = batchFailed(start.plan.time, cause);
    outcome = NOTHING;
  }
  const lagging = [...inputs.values()].some((input) => input.lagging);
  const state: Readonly<Record<string, StateMeta>> = { ...start.previous?.state, ...outcome.state };
  const stats: BatchStats = {
    version: BATCH_RECORD_VERSION,
    submittedAt: start.submittedAt,
    startedAt: start.startedAt,
    inputs: records,
    // Stages of one depth end in any order.
    stages: log.sort((a, b) => a.id - b.id),
    state: stateRecords(start.previous?.state ?? {}, state, outcome.stateChanges),
  };
  if (error !== undefined && options.onBatchFailure === "halt") {
    start.onHalting?.(error, stats);
    throw error;
  }
  const manifest = manifestOf(environment, start, inputs, { ...outcome, state }, error, stats, lagging);
  const { tasks, shuffleBytes, scratch } = outcome;
  return { manifest, stats, error, tasks, shuffleBytes, scratch, added: outcome.added, lagging };
}

/** Failures of the program or its data; all others (the world's) end the driver, which starts again from the head. */
function isUsersFault(cause: unknown): boolean {
  const codes = [
    "SLUICE_USER_CODE",
    "SLUICE_NO_RDD",
    "SLUICE_BAD_PAIR",
    "SLUICE_NOT_SERIALIZABLE",
    "SLUICE_ILLEGAL_ARGUMENT",
    "SLUICE_NON_DETERMINISTIC_BODY",
    "SLUICE_VALUE_TOO_LARGE",
    "SLUICE_FILE_NOT_FOUND",
  ];
  return cause instanceof SluiceError && codes.includes(cause.code);
}

async function claimInputs(
  environment: BatchEnvironment,
  start: BatchStart,
): Promise<ReadonlyMap<string, ClaimedInput>> {
  const claimed = await together(
    liveInputs(environment.graph).map(
      async ({ uid, input }) => [uid, await claimInput(environment, start, uid, input)] as const,
    ),
  );
  return new Map(claimed);
}

function claimInput(
  environment: BatchEnvironment,
  start: BatchStart,
  uid: string,
  input: ReturnType<typeof liveInputs>[number]["input"],
): Promise<ClaimedInput> {
  const { job, ports, tasks, options } = environment;
  const { plan, previous } = start;
  const position = startsOf(plan, previous)[uid] as InputPosition;
  const previousManifest = previous?.id ?? FIRST;
  const block = blockName(job, previousManifest, uid, "-");
  if (input.type === "queue" && position.type === "queue") {
    return claimQueue(ports.blocks, block, input, position, plan.defaultPartitions);
  }
  if (input.type === "files" && position.type === "files") {
    const { time, defaultPartitions } = plan;
    return claimFiles(ports, block, input, position, { time, previousTime: previous?.time, defaultPartitions });
  }
  if (input.type === "stream" && position.type === "stream") {
    return claimStream(ports.streams, tasks, input, position, {
      job,
      previousManifest,
      uid,
      time: plan.time,
      fresh: start.fresh,
      now: ports.clock.now(),
      maxRecordsPerShard: (shards) => recordsPerShard(options, start.rates[uid], shards),
      defaultPartitions: plan.defaultPartitions,
    });
  }
  throw new CheckpointError(
    `Input ${uid} is a ${input.type} input, but its position in the checkpoint is of a ${position.type} input: give the new input another { name }.`,
    { operator: uid },
  );
}

/** Stands for the predecessor of the first batch in names. */
export const FIRST = "first";

async function computeBatch(
  environment: BatchEnvironment,
  start: BatchStart,
  inputs: ReadonlyMap<string, ClaimedInput>,
  generated: (lineage: BatchLineage) => void,
  log: StageRecord[],
): Promise<Computed> {
  const { graph, job, codeVersion, tasks, prepared, collapseBytes } = environment;
  const { plan, previous } = start;
  const state = previous?.state ?? {};
  const facts: BatchFacts = {
    time: plan.time,
    zeroTime: plan.zeroTime,
    inputs: Object.fromEntries([...inputs].map(([uid, claimed]) => [uid, claimed.sources])),
    statePartitions: Object.fromEntries(Object.entries(state).map(([uid, meta]) => [uid, meta.partitions.length])),
    covers: coversOf(state),
    kept: previous?.kept ?? {},
    defaultPartitions: plan.defaultPartitions,
    shared: { ...plan.shared, accumulators: previous?.shared.accumulators ?? {} },
  };
  const bytes = [...inputs.values()].reduce((sum, claimed) => sum + claimed.bytes, 0);
  // Executors keep lineages by name, and that of an earlier attempt at this plan may have been built from other results.
  const attempt = `${plan.id}/${environment.ports.ids.next()}`;
  const lineage = { plan: attempt, token: `${job}/${plan.time}`, facts };
  const calls = new TransformCalls();
  const builder = new BatchBuilder(facts, calls.runner(environment, lineage, { state, bytes }));
  const { result, updates } = await withVariables("body", graph, environment.blocks, facts.shared, async () => {
    const batchLineage = await buildBatch(graph, builder);
    await calls.settle();
    generated(batchLineage);
    const batch = preparedBatch(batchLineage);
    const request: LineageRequest = { ...lineage, transformCalls: calls.calls };
    prepared.set(lineageKey(request), Promise.resolve(batch));
    const made = await runPlan(tasks, batch, { job, codeVersion, lineage: request, state, bytes, collapseBytes }, log);
    countUpdates(graph.accumulators, made.updates);
    return { ...made, lineage: batchLineage };
  });
  return { ...result, added: updates };
}

/** What the stages of a batch made, and of what. */
interface Computed extends PlanResult {
  readonly lineage: BatchLineage;
  /** What the batch added to accumulators, in stages and in `transform` bodies. */
  readonly added: Updates;
}

function manifestOf(
  environment: BatchEnvironment,
  start: BatchStart,
  inputs: ReadonlyMap<string, ClaimedInput>,
  outcome: Computed,
  error: BatchFailedError | undefined,
  stats: BatchStats,
  lagging: boolean,
): Manifest {
  const { job, codeVersion, ports, options, graph } = environment;
  const { previous, plan, names } = start;
  const { state } = outcome;
  const outputs = outcome.lineage.outputs.map(({ output: { uid }, node }): [string, (DataRef | undefined)[]] => [
    uid,
    Array.from({ length: node.numPartitions }, (_, partition) => outcome.captured[uid]?.[partition]),
  ]);
  const moment = { time: plan.time, zeroTime: plan.zeroTime, covers: coversOf(state) };
  const kept = memoryAfter(graph, previous?.kept ?? {}, moment, outcome.lineage.kept, outcome.kept);
  const records = [...inputs.values()].reduce((sum, claimed) => sum + claimed.records, 0);
  const quiet = error === undefined && isQuiet(graph, previous, { records, kept, state }, lagging);
  const objects = outputs.flatMap(([, refs]) => refs).flatMap((ref) => (ref?.type === "object" ? [ref.name] : []));
  return {
    format: MANIFEST_FORMAT,
    id: ports.ids.next(),
    time: plan.time,
    previous: previous?.id,
    zeroTime: plan.zeroTime,
    batchDuration: options.batchDuration,
    batches: (previous?.batches ?? 0) + 1,
    codeVersion,
    // Inputs of another version of the program stand still until it is back: begun anew, their records would count twice.
    positions: {
      ...previous?.positions,
      ...Object.fromEntries([...inputs].map(([uid, claimed]) => [uid, claimed.position])),
    },
    state,
    kept,
    outputs: Object.fromEntries(outputs),
    shared: { ...plan.shared, accumulators: previous?.shared.accumulators ?? {} },
    records,
    quietSince: quiet ? (previous?.quietSince ?? plan.time) : undefined,
    stats: storedStats(stats),
    rates: start.rates,
    failed: error && failureOf(error),
    owned: {
      items: names.items,
      objects: [...names.objects, ...[...inputs.values()].flatMap((claimed) => claimed.blocks), ...objects],
    },
    dropped: bothNames(droppedChunks(job, previous?.state ?? {}, state), droppedMemory(previous?.kept ?? {}, kept)),
  };
}

/** What state there is after a batch, and how much of it the batch wrote. */
function stateRecords(
  before: Readonly<Record<string, StateMeta>>,
  after: Readonly<Record<string, StateMeta>>,
  changes: PlanResult["stateChanges"],
): readonly StateRecord[] {
  const old = new Set(chunksOf(before).map(({ name }) => name));
  return Object.entries(after).map(([uid, { partitions }]) => {
    const chunks = partitions.flatMap(({ chain }) => chain);
    const bytesOf = (some: readonly StateChunk[]): number => some.reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      uid,
      partitions: partitions.length,
      keys: partitions.reduce((sum, { keys }) => sum + keys, 0),
      bytes: bytesOf(chunks),
      written: bytesOf(chunks.filter(({ name }) => !old.has(name))),
      changed: changes[uid]?.changed ?? 0,
      timedOut: changes[uid]?.timedOut ?? 0,
    };
  });
}

function failureOf(error: BatchFailedError): BatchFailure {
  return {
    message: error.message,
    operator: error.details.operator as string | undefined,
    partition: error.details.partition as number | undefined,
  };
}

/** State chunks that only older manifests name. */
function droppedChunks(
  job: string,
  before: Readonly<Record<string, StateMeta>>,
  after: Readonly<Record<string, StateMeta>>,
): Names {
  const live = new Set(chunksOf(after).map((chunk) => chunk.name));
  const dropped = chunksOf(before).filter((chunk) => !live.has(chunk.name));
  return {
    items: dropped.filter((chunk) => chunk.at === "table").map((chunk) => chunk.name),
    objects: dropped.filter((chunk) => chunk.at === "blocks").map((chunk) => chunkObject(job, chunk.name)),
  };
}

/** Objects with RDDs that only older manifests name. */
function droppedMemory(before: Memory, after: Memory): Names {
  const live = objectsOfMemory(after);
  return { items: [], objects: [...objectsOfMemory(before)].filter((name) => !live.has(name)) };
}

function bothNames(a: Names, b: Names): Names {
  return { items: [...a.items, ...b.items], objects: [...a.objects, ...b.objects] };
}

/** Says which batch, operator and partition failed; the user's stack is that of the last cause. */
function batchFailed(time: number, cause: unknown): BatchFailedError {
  const details = cause instanceof SluiceError ? cause.details : {};
  const message = cause instanceof Error ? cause.message : String(cause);
  return new BatchFailedError(`Batch ${time} ms failed: ${message}`, { ...details, batchTime: time }, cause);
}
