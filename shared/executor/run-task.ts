/**
 * One task: partitions that narrow dependencies connect, computed in one go. Everything it needs is read first, then its
 * pipelines run in synchronous push loops, then what it made is written.
 */
import { encodeColumn } from "../codec/index.js";
import type { Stage, TaskPlan } from "../plan/index.js";
import type {
  DataRef,
  EffectContext,
  ExchangeNode,
  RddNode,
  RddPartition,
  Sink,
  StateAccess,
  TaskInfo,
} from "../rdd/index.js";
import { narrowParents, pairPusher, tee } from "../rdd/index.js";
import type { StateCounts, StateMeta, StatePartitionMeta } from "../state/index.js";
import type { CaptureSink } from "../streaming/index.js";
import { type Drive, openExchange, openHandedOver, openSource } from "./drive-source.js";
import type { ExecutorEnvironment } from "./environment.js";
import { type ExchangeWriter, exchangeWriter } from "./exchange-writer.js";
import { leaving } from "./leaving.js";
import type { Prepared } from "./prepared.js";
import { openState, type TaskState } from "./task-state.js";
import { openWindow, type TaskWindow } from "./task-window.js";

/** Where a task finds what earlier stages made. */
export interface TaskInputs {
  exchange(node: RddNode, partition: number): readonly DataRef[];
  handedOver(node: RddNode, partition: number): DataRef | undefined;
  state(uid: string): StateMeta | undefined;
}

/** What a task made, before it is published. */
export interface TaskOutputs {
  readonly exchanges: readonly {
    readonly node: RddNode;
    readonly partition: number;
    readonly parts: readonly (Uint8Array | undefined)[];
  }[];
  readonly handedOver: readonly {
    readonly node: RddNode;
    readonly partition: number;
    readonly bytes: Uint8Array | undefined;
  }[];
  readonly captured: readonly {
    readonly target: string;
    readonly partition: number;
    readonly bytes: Uint8Array | undefined;
  }[];
  readonly state: readonly {
    readonly uid: string;
    readonly partition: number;
    readonly meta: StatePartitionMeta;
    readonly counts: StateCounts;
  }[];
}

/** What belongs to a task besides its plan. */
export interface TaskScope {
  readonly job: string;
  readonly batchTime: number;
  /** Beginning of idempotency tokens: job, batch, operation and call. */
  readonly token: string;
  /** False for an action of a `transform` body: the batch itself changes the state again, and keeps that. */
  readonly savesState: boolean;
  /** Name of what the execution keeps for later batches. */
  readonly keptName: string;
}

/** Computes a task; what it made is still to be stored, by {@link TaskPipeline.finish}. */
export async function runTask(
  environment: ExecutorEnvironment,
  prepared: Prepared,
  stage: Stage,
  task: TaskPlan,
  inputs: TaskInputs,
  scope: TaskScope,
): Promise<Pick<TaskPipeline, "finish">> {
  const pipeline = new TaskPipeline(environment, prepared, stage, task, inputs, scope);
  await pipeline.open();
  pipeline.run();
  return pipeline;
}

class TaskPipeline {
  readonly #environment: ExecutorEnvironment;
  readonly #prepared: Prepared;
  readonly #stage: Stage;
  readonly #task: TaskPlan;
  readonly #inputs: TaskInputs;
  readonly #scope: TaskScope;
  /** By partition: who in the task consumes it, and as which of its inputs. */
  readonly #consumers = new Map<string, { readonly child: RddPartition; readonly input: number }[]>();
  readonly #sinks = new Map<string, Sink>();
  readonly #zips = new Map<string, readonly Sink[]>();
  readonly #states = new Map<string, TaskState>();
  readonly #windows = new Map<string, TaskWindow>();
  readonly #roots: { readonly at: RddPartition; readonly drive: Drive }[] = [];
  readonly #writers: { readonly node: ExchangeNode; readonly partition: number; readonly writer: ExchangeWriter }[] =
    [];
  readonly #captures: {
    readonly node: RddNode;
    readonly target: string;
    readonly partition: number;
    readonly sink: CaptureSink;
  }[] = [];
  readonly #handOvers: { readonly node: RddNode; readonly partition: number; readonly elements: unknown[] }[] = [];

  constructor(
    environment: ExecutorEnvironment,
    prepared: Prepared,
    stage: Stage,
    task: TaskPlan,
    inputs: TaskInputs,
    scope: TaskScope,
  ) {
    this.#environment = environment;
    this.#prepared = prepared;
    this.#stage = stage;
    this.#task = task;
    this.#inputs = inputs;
    this.#scope = scope;
  }

  /** Reads what the task begins with. */
  async open(): Promise<void> {
    const mine = new Set(this.#task.partitions.map(({ node, partition }) => idOf(node, partition)));
    const foreign = new Map<string, RddPartition>();
    for (const at of this.#task.partitions) {
      narrowParents(at.node, at.partition).forEach((parent, input) => {
        const id = idOf(parent.node, parent.partition);
        if (!mine.has(id)) foreign.set(id, parent);
        const consumers = this.#consumers.get(id);
        if (consumers === undefined) this.#consumers.set(id, [{ child: at, input }]);
        else consumers.push({ child: at, input });
      });
      if (at.node.kind === "state") await this.#openState(at);
      if (at.node.kind === "window") await this.#openWindow(at);
      const drive = this.#openRoot(at);
      if (drive !== undefined) this.#roots.push({ at, drive: await drive });
    }
    for (const at of foreign.values()) {
      const ref = this.#inputs.handedOver(at.node, at.partition);
      this.#roots.push({ at, drive: await openHandedOver(this.#environment.ports.blocks, ref) });
    }
    // Handed-over partitions feed consumers in this task only: their captures and shuffles belong to the stage that made them.
    for (const at of foreign.values()) this.#sinks.set(idOf(at.node, at.partition), tee(this.#consumerSinks(at)));
  }

  /** The synchronous part: every root through its pipeline. */
  run(): void {
    // All sinks first: a zip must know all its inputs before the first of them ends.
    for (const { at } of this.#roots) this.#sinkOf(at);
    for (const { at, drive } of this.#roots) drive(this.#sinkOf(at));
  }

  /** Gathers what was made; state is written here, because its new name belongs to the result. */
  async finish(): Promise<TaskOutputs> {
    const { allocate } = this.#environment;
    const exchanges = [];
    for (const { node, partition, writer } of this.#writers) {
      const info = this.#info(partition);
      const parts = await leaving(node.parent.label, `send pairs to ${node.label}`, info, () => writer.parts());
      exchanges.push({ node, partition, parts });
    }
    const handedOver = [];
    for (const { node, partition, elements } of this.#handOvers) {
      const encode = () => (elements.length === 0 ? undefined : encodeColumn(elements, allocate));
      const bytes = await leaving(node.label, "hand over its elements", this.#info(partition), encode);
      handedOver.push({ node, partition, bytes });
    }
    const captured = [];
    for (const { node, target, partition, sink } of this.#captures) {
      const bytes = await leaving(node.label, `give its elements to ${target}`, this.#info(partition), () =>
        sink.bytes(),
      );
      captured.push({ target, partition, bytes });
    }
    const state = [];
    for (const { node, partition } of this.#task.partitions) {
      const open = this.#states.get(idOf(node, partition));
      if (open === undefined || node.kind !== "state" || !this.#scope.savesState) continue;
      const saved = await leaving(node.uid, "keep its state", this.#info(partition), () => open.save());
      state.push({ uid: node.uid, partition, ...saved });
    }
    for (const window of this.#windows.values()) window.keep();
    return { exchanges, handedOver, captured, state };
  }

  async #openState(at: RddPartition): Promise<void> {
    const { node, partition } = at;
    if (node.kind !== "state") return;
    const { ports, state } = this.#environment;
    const storage = { table: ports.table, blocks: ports.blocks, ids: ports.ids, job: this.#scope.job };
    this.#states.set(
      idOf(node, partition),
      await openState(storage, state, node, partition, this.#inputs.state(node.uid)),
    );
  }

  async #openWindow({ node, partition }: RddPartition): Promise<void> {
    if (node.kind !== "window") return;
    const { ports, state: cache } = this.#environment;
    const { job, savesState, keptName: contribution } = this.#scope;
    const memory = savesState ? { cache, job, contribution } : undefined;
    this.#windows.set(idOf(node, partition), await openWindow(ports.blocks, memory, node, this.#info(partition)));
  }

  /** `undefined` for a partition that is computed from others of the task. */
  #openRoot({ node, partition }: RddPartition): Drive | Promise<Drive> | undefined {
    const { ports } = this.#environment;
    if (node.kind === "source") return openSource(ports, node, this.#info(partition));
    if (node.kind === "exchange") {
      return openExchange(ports.blocks, this.#inputs.exchange(node, partition), node.mode.type === "keyed");
    }
    // State or a window that is visited though nothing came: there is only an end.
    if ((node.kind === "state" || node.kind === "window") && node.parent === undefined)
      return () => this.#input({ node, partition }).end();
    return undefined;
  }

  #info(partition: number): TaskInfo {
    return { batchTime: this.#scope.batchTime, partition };
  }

  /** Where the elements of a partition go: to its consumers in the task, its captures, shuffles and hand-over. */
  #sinkOf(at: RddPartition): Sink {
    const id = idOf(at.node, at.partition);
    let sink = this.#sinks.get(id);
    if (sink === undefined) {
      sink = tee([...this.#consumerSinks(at), ...this.#ends(at)]);
      this.#sinks.set(id, sink);
    }
    return sink;
  }

  #consumerSinks(at: RddPartition): readonly Sink[] {
    const consumers = this.#consumers.get(idOf(at.node, at.partition)) ?? [];
    return consumers.map(({ child, input }) => this.#input(child, input));
  }

  /** The sink by which a partition takes one of its inputs. */
  #input(child: RddPartition, index = 0): Sink {
    const { node, partition } = child;
    const info = this.#info(partition);
    switch (node.kind) {
      case "narrow":
        return node.operator.attach(this.#sinkOf(child), info, node.label);
      case "union":
        return this.#sinkOf(child);
      case "state": {
        const state = this.#states.get(idOf(node, partition));
        if (state === undefined) throw new Error(`${node.label} has no state open`);
        return node.operator.attach(this.#sinkOf(child), state.access, info, node.label);
      }
      case "window": {
        const window = this.#windows.get(idOf(node, partition));
        if (window === undefined) throw new Error(`${node.label} has no window open`);
        return window.attach(this.#sinkOf(child));
      }
      case "snapshot": {
        const state = this.#states.get(idOf(node.parent, partition));
        if (state === undefined) throw new Error(`${node.label} has no state open`);
        return snapshotSink(this.#sinkOf(child), state.access, node.read);
      }
      case "zip": {
        const id = idOf(node, partition);
        let inputs = this.#zips.get(id);
        if (inputs === undefined) {
          inputs = node.operator.attach(this.#sinkOf(child), info, node.label);
          this.#zips.set(id, inputs);
        }
        return inputs[index] as Sink;
      }
      default:
        throw new Error(`${node.label} takes no narrow input`);
    }
  }

  /** Sinks at which the elements of a partition leave the task. */
  #ends({ node, partition }: RddPartition): readonly Sink[] {
    const ends: Sink[] = [];
    const info = this.#info(partition);
    for (const exchange of this.#stage.writes) {
      if (exchange.parent !== node) continue;
      const writer = exchangeWriter(exchange, info, this.#environment.allocate);
      this.#writers.push({ node: exchange, partition, writer });
      ends.push(writer);
    }
    for (const target of this.#prepared.plan.targets) {
      if (target.node !== node) continue;
      const sink = this.#prepared.captures.get(target.id)?.(info, node.label, this.#effects(partition));
      if (sink === undefined) continue;
      this.#captures.push({ node, target: target.id, partition, sink });
      ends.push(sink);
    }
    if (this.#prepared.plan.handedOver.has(node)) {
      const elements: unknown[] = [];
      this.#handOvers.push({ node, partition, elements });
      ends.push({ push: (value) => void elements.push(value), end() {} });
    }
    return ends;
  }

  #effects(partition: number): EffectContext {
    const { files } = this.#environment.ports;
    return {
      batchTime: this.#scope.batchTime,
      partition,
      token: `${this.#scope.token}/${partition}`,
      putFileIfAbsent: async (path, bytes) => {
        await files.putIfAbsent(path, bytes);
      },
    };
  }
}

/** Waits for the state's operator to be done, and passes on what the state is then. */
function snapshotSink(out: Sink, state: StateAccess, read: (stored: unknown) => unknown): Sink {
  return {
    push() {},
    pushPair() {},
    end() {
      const emit = pairPusher(out);
      state.forEach(({ key, value }) => {
        if (value !== undefined) emit(key, read(value));
      });
      out.end();
    },
  };
}

function idOf(node: RddNode, partition: number): string {
  return `${node.id}:${partition}`;
}
