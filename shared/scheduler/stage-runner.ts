import type { AttemptRecord, StageRecord } from "../checkpoint/index.js";
import type { LineageRequest, PartitionData, Prepared, RunRequest, RunResult, RunStats } from "../executor/index.js";
import type { Stage } from "../plan/index.js";
import type { Target } from "../ports/index.js";
import { type DataRef, type KeptPiece, keptBytes, narrowParents, type RddNode, type Updates } from "../rdd/index.js";
import { together } from "../rules/index.js";
import { addCounts, chunksOf, type StateCounts, type StateMeta, type StatePartitionMeta } from "../state/index.js";
import type { TaskRunner } from "./task-runner.js";

/** What a plan made, all stages together. */
export interface PlanResult {
  /** By target id, by partition. */
  readonly captured: Readonly<Record<string, Readonly<Record<string, DataRef | undefined>>>>;
  readonly state: Readonly<Record<string, StateMeta>>;
  /** By stream uid: what later batches need of this one. */
  readonly kept: Readonly<Record<string, readonly KeptPiece[]>>;
  /** Objects that its stages handed to one another: of no use to anybody when the plan is done. */
  readonly scratch: readonly string[];
  /** What calls have added to accumulators, in the order of stages and tasks. */
  readonly updates: readonly Updates[];
  readonly tasks: number;
  readonly shuffleBytes: number;
  /** By operator uid: how much of its state changed. */
  readonly stateChanges: RunStats["stateChanges"];
}

export interface PlanInput {
  readonly job: string;
  readonly codeVersion: string;
  readonly lineage: LineageRequest;
  readonly state: Readonly<Record<string, StateMeta>>;
  /** Bytes that the plan reads, as far as known. */
  readonly bytes: number;
  /** Up to how many of them the plan runs in one call. */
  readonly collapseBytes: number;
}

/** Up to this much input a batch runs in one call, its shuffles in memory: the calls would cost more than the work. */
export const COLLAPSE_BYTES = 256 * 1024;
/** And with up to this much state and windows, which that one executor must hold. */
const COLLAPSE_STATE_BYTES = 1024 * 1024;

/**
 * Runs the stages of a plan on the executors.
 * @param log Is told of every stage that has run, also of one that failed.
 */
export async function runPlan(
  tasks: TaskRunner,
  prepared: Prepared,
  input: PlanInput,
  log: StageRecord[] = [],
): Promise<PlanResult> {
  const run = new PlanRun(tasks, input, prepared.plan.signature, log);
  const { stages } = prepared.plan;
  if (stages.length > 0 && isSmall(input)) await run.collapsed(stages);
  else await run.spread(stages);
  return run.result();
}

function isSmall(input: PlanInput): boolean {
  const stateBytes = chunksOf(input.state).reduce((sum, chunk) => sum + chunk.bytes, 0);
  const windowBytes = Object.values(input.lineage.facts.kept)
    .flat()
    .reduce((sum, rdd) => sum + keptBytes(rdd), 0);
  return input.bytes <= input.collapseBytes && stateBytes + windowBytes <= COLLAPSE_STATE_BYTES;
}

type Nested<T> = Record<string, Record<string, T>>;

class PlanRun {
  readonly #tasks: TaskRunner;
  readonly #input: PlanInput;
  readonly #signature: number;
  /** By exchange, by map partition: one part a reduce partition. */
  readonly #exchanges: Nested<readonly (DataRef | undefined)[]> = {};
  readonly #handedOver: Nested<DataRef | undefined> = {};
  readonly #captured: Nested<DataRef | undefined> = {};
  readonly #state: Nested<StatePartitionMeta> = {};
  readonly #kept: Record<string, KeptPiece[]> = {};
  readonly #updates: { readonly stage: number; readonly updates: Updates }[] = [];
  readonly #stateChanges: Record<string, StateCounts> = {};
  readonly #log: StageRecord[];
  #taskCount = 0;
  #shuffleBytes = 0;

  constructor(tasks: TaskRunner, input: PlanInput, signature: number, log: StageRecord[]) {
    this.#tasks = tasks;
    this.#input = input;
    this.#signature = signature;
    this.#log = log;
  }

  /** All stages in one call. */
  async collapsed(stages: readonly Stage[]): Promise<void> {
    const work = stages.map((stage) => ({ stage: stage.id, tasks: stage.tasks.map((task) => task.index) }));
    const attempts: AttemptRecord[] = [];
    const request = this.#request(work, {}, {});
    const all = work.flatMap(({ tasks }) => tasks);
    let shuffleBytes = 0;
    try {
      const result = await this.#tasks.run<RunResult>({ type: "in-place" }, request, undefined, attempts);
      this.#add(result);
      shuffleBytes = result.stats.shuffleBytes;
    } finally {
      const [first, ...others] = stages as readonly [Stage, ...Stage[]];
      this.#log.push({ ...stageRecord(first), calls: [{ tasks: all, attempts }], shuffleBytes });
      for (const stage of others) this.#log.push({ ...stageRecord(stage), collapsedInto: first.id });
    }
  }

  /** Stage after stage by depth; stages of one depth do not depend on each other. */
  async spread(stages: readonly Stage[]): Promise<void> {
    const depths = [...new Set(stages.map((stage) => stage.depth))].sort((a, b) => a - b);
    for (const depth of depths) {
      await together(stages.filter((stage) => stage.depth === depth).map((stage) => this.#stage(stage)));
    }
  }

  result(): PlanResult {
    const state = Object.entries(this.#state).map(([uid, byPartition]): [string, StateMeta] => [
      uid,
      { partitions: Object.values(byPartition).sort((a, b) => a.from - b.from) },
    ]);
    return {
      captured: this.#captured,
      kept: this.#kept,
      state: Object.fromEntries(state),
      scratch: [...exchangedObjects(this.#exchanges), ...objectsOf(this.#handedOver)],
      // Stages of one depth end in any order.
      updates: this.#updates.sort((a, b) => a.stage - b.stage).map(({ updates }) => updates),
      tasks: this.#taskCount,
      shuffleBytes: this.#shuffleBytes,
      stateChanges: this.#stateChanges,
    };
  }

  async #stage(stage: Stage): Promise<void> {
    const groups = groupTasks(stage, this.#tasks.parallelism);
    const watch = this.#tasks.watch(groups.length);
    const calls = groups.map(({ tasks }) => ({ tasks, attempts: [] as AttemptRecord[] }));
    let shuffleBytes = 0;
    try {
      const results = await together(
        groups.map(({ target, tasks }, i) => {
          const request = this.#request(
            [{ stage: stage.id, tasks }],
            this.#exchangeInputs(stage, tasks),
            this.#handOvers(stage, tasks),
          );
          return this.#tasks.run<RunResult>(target, request, watch, calls[i]?.attempts);
        }),
      );
      for (const result of results) this.#add(result, stage.id);
      shuffleBytes = results.reduce((sum, { stats }) => sum + stats.shuffleBytes, 0);
    } finally {
      watch?.end();
      this.#log.push({ ...stageRecord(stage), calls, shuffleBytes });
    }
  }

  #request(
    work: RunRequest["work"],
    exchanges: RunRequest["exchanges"],
    handedOver: RunRequest["handedOver"],
  ): RunRequest {
    const { job, codeVersion, lineage, state } = this.#input;
    const signature = this.#signature;
    return { type: "run", job, codeVersion, lineage, signature, work, exchanges, handedOver, state };
  }

  /** What the map tasks made for the reduce partitions of these tasks. */
  #exchangeInputs(stage: Stage, tasks: readonly number[]): RunRequest["exchanges"] {
    const inputs: Nested<readonly DataRef[]> = {};
    for (const task of tasks) {
      for (const { node, partition } of stage.tasks[task]?.partitions ?? []) {
        if (node.kind !== "exchange") continue;
        // Integer keys are in ascending order: that of the map partitions.
        const maps = Object.values(this.#exchanges[node.id] ?? {});
        const parts = maps.map((byReducer) => byReducer[partition]).filter((part) => part !== undefined);
        (inputs[node.id] ??= {})[partition] = parts;
      }
    }
    return inputs;
  }

  #handOvers(stage: Stage, tasks: readonly number[]): PartitionData {
    const own = new Set(stage.nodes);
    const needed: Nested<DataRef | undefined> = {};
    for (const task of tasks) {
      for (const { node, partition } of stage.tasks[task]?.partitions ?? []) {
        for (const parent of narrowParents(node, partition)) {
          if (own.has(parent.node)) continue;
          const data = this.#handedOver[parent.node.id]?.[parent.partition];
          (needed[parent.node.id] ??= {})[parent.partition] = data;
        }
      }
    }
    return needed;
  }

  #add(result: RunResult, stage = 0): void {
    if (Object.keys(result.updates).length > 0) this.#updates.push({ stage, updates: result.updates });
    mergeInto(this.#exchanges, result.exchanges);
    mergeInto(this.#handedOver, result.handedOver);
    mergeInto(this.#captured, result.captured);
    mergeInto(this.#state, result.state);
    for (const [uid, piece] of Object.entries(result.kept)) (this.#kept[uid] ??= []).push(piece);
    addCounts(this.#stateChanges, result.stats.stateChanges);
    this.#taskCount += result.stats.tasks;
    this.#shuffleBytes += result.stats.shuffleBytes;
  }
}

function stageRecord({ id, depth, nodes, tasks }: Stage): StageRecord {
  const operators = [...new Set(nodes.map((node) => node.label))];
  return { id, depth, operators, tasks: tasks.length, calls: [], collapsedInto: undefined, shuffleBytes: 0 };
}

/** Names of the objects among some data. */
export function objectsOf(data: PartitionData): readonly string[] {
  return namesOf(Object.values(data).flatMap((byPartition) => Object.values(byPartition)));
}

/** All parts that a map task made for an exchange are ranges of one object. */
function exchangedObjects(exchanges: Readonly<Nested<readonly (DataRef | undefined)[]>>): readonly string[] {
  return namesOf(
    Object.values(exchanges).flatMap((byMap) => Object.values(byMap).map((parts) => parts.find((part) => part))),
  );
}

function namesOf(refs: readonly (DataRef | undefined)[]): readonly string[] {
  return refs.flatMap((ref) => (ref?.type === "object" ? [ref.name] : []));
}

function mergeInto<T>(all: Nested<T>, some: Readonly<Record<string, Readonly<Record<string, T>>>>): void {
  for (const [outer, entries] of Object.entries(some)) all[outer] = Object.assign(all[outer] ?? {}, entries);
}

/** Do executors keep in memory what they need of it in the next batch? */
function isWarm(node: RddNode): boolean {
  return node.kind === "state" || node.kind === "window";
}

/**
 * Tasks to calls: as many calls as executors, neighbours together; state partitions to the slot where they are warm.
 */
function groupTasks(
  stage: Stage,
  parallelism: number,
): readonly { readonly target: Target; readonly tasks: readonly number[] }[] {
  if (stage.nodes.some(isWarm)) {
    const bySlot = new Map<number, number[]>();
    for (const task of stage.tasks) {
      const state = task.partitions.find(({ node }) => isWarm(node));
      const slot = (state?.partition ?? task.index) % parallelism;
      bySlot.set(slot, [...(bySlot.get(slot) ?? []), task.index]);
    }
    return [...bySlot].map(([slot, tasks]) => ({ target: { type: "slot", slot }, tasks }));
  }
  const calls = Math.min(parallelism, stage.tasks.length);
  const at = (i: number): number => Math.floor((i * stage.tasks.length) / calls);
  return Array.from({ length: calls }, (_, i) => ({
    target: { type: "any" },
    tasks: stage.tasks.slice(at(i), at(i + 1)).map((task) => task.index),
  }));
}
