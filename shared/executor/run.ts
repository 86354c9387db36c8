import { keptName, outputName, scratchName } from "../checkpoint/index.js";
import { NonDeterministicBodyError } from "../errors/index.js";
import type { Stage } from "../plan/index.js";
import type { Clock } from "../ports/index.js";
import { asReplay, type DataRef, inline } from "../rdd/index.js";
import { together } from "../rules/index.js";
import { addCounts, type StateCounts, type StatePartitionMeta } from "../state/index.js";
import { publish } from "./data.js";
import type { ExecutorEnvironment } from "./environment.js";
import { keepPartitions, type PartitionToKeep } from "./keep.js";
import type { RunRequest, RunResult } from "./messages.js";
import { lineageKey, type Prepared, prepare } from "./prepared.js";
import { runTask, type TaskInputs, type TaskOutputs, type TaskScope } from "./run-task.js";
import { withVariables } from "./variables.js";

/** Runs the tasks of a request, one after the other; the shuffles of a plan that runs whole stay in memory. */
export async function run(environment: ExecutorEnvironment, request: RunRequest): Promise<RunResult> {
  const { graph, ports } = environment;
  const { shared } = request.lineage.facts;
  const { result, updates } = await withVariables("task", graph, ports.blocks, shared, () =>
    runTasks(environment, request),
  );
  return { ...result, updates };
}

async function runTasks(environment: ExecutorEnvironment, request: RunRequest): Promise<Omit<RunResult, "updates">> {
  const key = lineageKey(request.lineage);
  const prepared = await environment.prepared.get(key, () =>
    inTime(environment.ports.clock, request, () => asReplay(() => prepare(environment.graph, request.lineage))),
  );
  if (prepared.plan.signature !== request.signature) {
    throw new NonDeterministicBodyError(
      `The executor's plan of batch ${request.lineage.facts.time} ms is not the driver's: the program built, or a transform or foreachRDD body returned, something else when it was run again.`,
      { batchTime: request.lineage.facts.time },
    );
  }
  const execution = new Execution(environment, request, prepared);
  for (const { stage, tasks } of request.work) await execution.runStage(prepared.plan.stages[stage] as Stage, tasks);
  return execution.result();
}

/** How long a body may take to come to the call again that it is run again for, milliseconds. */
const MAX_REPLAY_MILLIS = 30_000;

/** Why the waiting ends. A reason of our own saves making an exception with a stack each time. */
const DONE = "done";

/** A body that waits for something that does not happen on executors would wait for ever. */
async function inTime<T>(clock: Clock, { lineage }: RunRequest, prepare: () => Promise<T>): Promise<T> {
  const timer = new AbortController();
  const expired = clock.sleep(MAX_REPLAY_MILLIS, timer.signal).then((): T | Promise<T> => {
    if (timer.signal.aborted) return new Promise<never>(() => {});
    const { owner = "The program", name = "its end" } = lineage.action ?? {};
    throw new NonDeterministicBodyError(
      `${owner} was run again and did not come to ${name} within ${MAX_REPLAY_MILLIS} ms: a body must not wait for anything but its actions and steps.`,
      { operator: owner, batchTime: lineage.facts.time },
    );
  });
  expired.catch(() => {});
  try {
    return await Promise.race([prepare(), expired]);
  } finally {
    timer.abort(DONE);
  }
}

type Nested<T> = Record<string, Record<string, T>>;

class Execution {
  readonly #environment: ExecutorEnvironment;
  readonly #request: RunRequest;
  readonly #prepared: Prepared;
  readonly #scope: TaskScope;
  /** Makes all names of this execution unlike those of any other attempt. */
  readonly #id: string;
  readonly #collapsed: boolean;
  readonly #exchanges: Nested<readonly (DataRef | undefined)[]> = {};
  readonly #handedOver: Nested<DataRef | undefined> = {};
  readonly #captured: Nested<DataRef | undefined> = {};
  readonly #state: Nested<StatePartitionMeta> = {};
  readonly #kept: PartitionToKeep[] = [];
  readonly #stateChanges: Record<string, StateCounts> = {};
  #tasks = 0;
  #shuffleBytes = 0;

  constructor(environment: ExecutorEnvironment, request: RunRequest, prepared: Prepared) {
    this.#environment = environment;
    this.#request = request;
    this.#prepared = prepared;
    this.#id = environment.ports.ids.next();
    this.#collapsed = request.work.length > 1;
    const { facts, token, action } = request.lineage;
    this.#scope = {
      job: request.job,
      batchTime: facts.time,
      token,
      savesState: action === undefined,
      keptName: keptName(request.job, this.#id),
    };
  }

  /** Task after task; what one has made is stored while the next ones run: many small writes take the time of one. */
  async runStage(stage: Stage, tasks: readonly number[]): Promise<void> {
    const inputs = this.#inputs();
    const finishing: Promise<TaskOutputs>[] = [];
    try {
      for (const index of tasks) {
        const task = stage.tasks[index];
        if (task === undefined) throw new Error(`stage ${stage.id} has no task ${index}`);
        const outputs = (await runTask(this.#environment, this.#prepared, stage, task, inputs, this.#scope)).finish();
        // Whoever waits for all of them hears of it.
        outputs.catch(() => {});
        finishing.push(outputs);
      }
    } catch (error) {
      // A task before this one may have failed while it was stored, and comes first.
      await together(finishing);
      throw error;
    }
    for (const outputs of await together(finishing)) await this.#publish(outputs);
    this.#tasks += tasks.length;
  }

  async result(): Promise<Omit<RunResult, "updates">> {
    return {
      exchanges: this.#collapsed ? {} : this.#exchanges,
      handedOver: this.#collapsed ? {} : this.#handedOver,
      captured: this.#captured,
      kept: await keepPartitions(this.#environment.ports.blocks, this.#scope.keptName, this.#kept),
      state: this.#state,
      stats: { tasks: this.#tasks, shuffleBytes: this.#shuffleBytes, stateChanges: this.#stateChanges },
    };
  }

  #inputs(): TaskInputs {
    if (!this.#collapsed) {
      const { exchanges, handedOver, state } = this.#request;
      return {
        exchange: (node, partition) => exchanges[node.id]?.[partition] ?? [],
        handedOver: (node, partition) => handedOver[node.id]?.[partition],
        state: (uid) => state[uid],
      };
    }
    return {
      exchange: (node, partition) => {
        const maps = Object.entries(this.#exchanges[node.id] ?? {}).sort(([a], [b]) => Number(a) - Number(b));
        return maps.map(([, parts]) => parts[partition]).filter((part) => part !== undefined);
      },
      handedOver: (node, partition) => this.#handedOver[node.id]?.[partition],
      state: (uid) => this.#request.state[uid],
    };
  }

  async #publish(outputs: TaskOutputs): Promise<void> {
    const { ports, inlineBytes } = this.#environment;
    const { job, lineage } = this.#request;
    const scratch = (part: string) => () => scratchName(job, lineage.plan, this.#id, part);
    for (const { node, partition, parts } of outputs.exchanges) {
      this.#shuffleBytes += parts.reduce((sum, part) => sum + (part?.byteLength ?? 0), 0);
      const refs = this.#collapsed
        ? parts.map((part) => part && inline(part))
        : await publish(ports.blocks, scratch(`${node.id}-${partition}`), parts, inlineBytes);
      put(this.#exchanges, node.id, partition, refs);
    }
    for (const { node, partition, bytes } of outputs.handedOver) {
      const limit = this.#collapsed ? Number.POSITIVE_INFINITY : inlineBytes;
      const [ref] = await publish(ports.blocks, scratch(`h${node.id}-${partition}`), [bytes], limit);
      put(this.#handedOver, node.id, partition, ref);
    }
    for (const { target, partition, bytes } of outputs.captured) {
      const uid = this.#prepared.kept.get(target);
      if (uid !== undefined) {
        this.#kept.push({ uid, partition, bytes });
        continue;
      }
      const name = (): string => outputName(job, lineage.plan, this.#id, target, partition);
      const [ref] = await publish(ports.blocks, name, [bytes], inlineBytes);
      put(this.#captured, target, partition, ref);
    }
    for (const { uid, partition, meta, counts } of outputs.state) {
      addCounts(this.#stateChanges, { [uid]: counts });
      put(this.#state, uid, partition, meta);
    }
  }
}

function put<T>(nested: Nested<T>, outer: string | number, inner: string | number, value: T): void {
  let entries = nested[outer];
  if (entries === undefined) {
    entries = {};
    nested[outer] = entries;
  }
  entries[inner] = value;
}
