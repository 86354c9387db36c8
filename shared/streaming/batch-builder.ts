import { IllegalStateError } from "../errors/index.js";
import {
  type Action,
  build,
  type Coverage,
  type KeptRdd,
  Lineage,
  type PartitionSource,
  parentsOf,
  RDD,
  type RddNode,
  type Session,
  type SharedData,
} from "../rdd/index.js";
import { Time } from "../time/index.js";
import { liveStateful, type OutputNode, type StreamGraph, type StreamNode } from "./graph.js";
import { isValidTime, momentAfter, rememberedAfter, validTimeAfter } from "./remember.js";

/**
 * What a batch's lineage is built from, besides the graph: plain data, the same on the driver and on every executor,
 * so that all build the same lineage.
 */
export interface BatchFacts {
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  /** Epoch milliseconds: one batch duration before the first batch. */
  readonly zeroTime: number;
  /** By input uid: where the partitions of the batch's RDD are; `null`: no RDD. */
  readonly inputs: Readonly<Record<string, readonly PartitionSource[] | null>>;
  /** By uid of stateful operators that have run before: number of partitions of their state. */
  readonly statePartitions: Readonly<Record<string, number>>;
  /** By uid of operators that keep the aggregate of a window: which batches are in it. */
  readonly covers: Readonly<Record<string, Coverage>>;
  /** By uid: RDDs of earlier batches that are still needed, oldest first. */
  readonly kept: Readonly<Record<string, readonly KeptRdd[]>>;
  /** Number of partitions of shuffles where the program does not say. */
  readonly defaultPartitions: number;
  /** Static data and variables as they are in this batch. */
  readonly shared: SharedData;
}

/** What an action means where the lineage is being built. */
export type ActionRunner = (owner: string, node: RddNode, action: Action, label: string) => Promise<unknown>;

/** Actions where there can be none. */
export const noActions: ActionRunner = (owner, _node, action) => {
  throw new IllegalStateError(`The action ${action.name} cannot be run in ${owner}.`);
};

/** Builds the lineage of one batch by asking the graph's nodes for their RDDs, outputs in definition order. */
export class BatchBuilder {
  readonly facts: BatchFacts;
  readonly lineage = new Lineage();
  readonly #actions: ActionRunner;
  readonly #rdds = new Map<StreamNode, Promise<RDD<unknown> | undefined>>();
  /** RDDs of earlier batches, by uid and time. */
  readonly #past = new Map<string, Promise<RDD<unknown> | undefined>>();

  constructor(facts: BatchFacts, actions: ActionRunner = noActions) {
    this.facts = facts;
    this.#actions = actions;
  }

  /** The node's RDD of this batch; `undefined` when it has none. Computed once, whoever asks. */
  rdd(node: StreamNode): Promise<RDD<unknown> | undefined> {
    let rdd = this.#rdds.get(node);
    if (rdd === undefined) {
      rdd = this.#compute(node);
      this.#rdds.set(node, rdd);
    }
    return rdd;
  }

  /** RDDs of a stream that earlier batches kept, oldest first. */
  kept(uid: string): readonly KeptRdd[] {
    return this.facts.kept[uid] ?? [];
  }

  /** The node's RDDs of the batches `after < time <= upTo`, oldest first, as far as there are any. */
  async rdds(node: StreamNode, { after, upTo }: Coverage): Promise<readonly RDD<unknown>[]> {
    const { time, zeroTime } = this.facts;
    const rdds: (RDD<unknown> | undefined)[] = [];
    if (node.window?.type === "union") {
      const first = validTimeAfter(node, after, zeroTime);
      for (let at = first; at <= upTo && at < time; at += node.slide) {
        rdds.push(await this.#recall(node, at, () => node.compute(new Time(at), this)));
      }
    } else {
      for (const kept of this.kept(node.uid)) {
        if (kept.time <= after || kept.time > upTo) continue;
        const session = this.session(node.uid);
        const make = () => new RDD<unknown>(build.kept(session, node.kind, kept), session);
        rdds.push(await this.#recall(node, kept.time, make));
      }
    }
    if (after < time && upTo >= time) rdds.push(await this.rdd(node));
    return rdds.filter((rdd) => rdd !== undefined);
  }

  /** A session whose nodes all carry the operator's uid: for operators that are made of RDD operations. */
  session(uid: string): Session {
    return this.#session(() => uid, uid);
  }

  /** A session for a body of the user's, whose nodes are numbered by kind under the operator's uid. */
  bodySession(uid: string): Session {
    const ordinals = new Map<string, number>();
    return this.#session((kind) => {
      const ordinal = ordinals.get(kind) ?? 0;
      ordinals.set(kind, ordinal + 1);
      return `${uid}/${kind}-${ordinal}`;
    }, uid);
  }

  #compute(node: StreamNode): Promise<RDD<unknown> | undefined> {
    const { time, zeroTime } = this.facts;
    try {
      return Promise.resolve(isValidTime(node, time, zeroTime) ? node.compute(new Time(time), this) : undefined);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #recall(
    node: StreamNode,
    time: number,
    make: () => ReturnType<StreamNode["compute"]>,
  ): Promise<RDD<unknown> | undefined> {
    const key = `${node.uid} ${time}`;
    let rdd = this.#past.get(key);
    if (rdd === undefined) {
      rdd = Promise.resolve(make());
      this.#past.set(key, rdd);
    }
    return rdd;
  }

  #session(label: (kind: string) => string, owner: string): Session {
    return {
      lineage: this.lineage,
      defaultPartitions: this.facts.defaultPartitions,
      label,
      staticSources: (name) => this.facts.shared.statics[name]?.sources,
      run: (node, action, actionLabel) => this.#actions(owner, node, action, actionLabel),
    };
  }
}

/** An output operation that has work in a batch: its parent produced an RDD. */
export interface BatchOutput {
  readonly output: OutputNode;
  readonly node: RddNode;
}

/** An RDD of the batch that later batches will need. */
export interface BatchMemory {
  readonly uid: string;
  readonly node: RddNode;
}

/** What a batch is to compute. */
export interface BatchLineage {
  /** In definition order. */
  readonly outputs: readonly BatchOutput[];
  readonly kept: readonly BatchMemory[];
  /** State that nothing else in this batch asks for: it must see the batch's records all the same. */
  readonly states: readonly BatchMemory[];
}

/** Builds what the batch's output operations need, and what later batches will need of this one. */
export async function buildBatch(graph: StreamGraph, batch: BatchBuilder): Promise<BatchLineage> {
  const outputs: BatchOutput[] = [];
  for (const output of graph.outputs) {
    const rdd = await batch.rdd(output.parent);
    if (rdd !== undefined) outputs.push({ output, node: rdd.node });
  }
  const { facts } = batch;
  const kept: BatchMemory[] = [];
  for (const [node, after] of rememberedAfter(graph, momentAfter(graph, facts, facts.time))) {
    const rdd = facts.time > after ? await batch.rdd(node) : undefined;
    if (rdd !== undefined) kept.push({ uid: node.uid, node: rdd.node });
  }
  const asked = reachable([...outputs, ...kept].map(({ node }) => node));
  const states: BatchMemory[] = [];
  for (const node of liveStateful(graph)) {
    const rdd = await batch.rdd(node);
    if (rdd !== undefined && !asked.has(rdd.node)) states.push({ uid: node.uid, node: rdd.node });
  }
  return { outputs, kept, states };
}

function reachable(nodes: readonly RddNode[]): ReadonlySet<RddNode> {
  const seen = new Set<RddNode>();
  const visit = (node: RddNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const parent of parentsOf(node)) visit(parent);
  };
  for (const node of nodes) visit(node);
  return seen;
}

/** An RDD of the batch's lineage as seen by operators with the given session. */
export function within<T>(rdd: RDD<T>, session: Session): RDD<T> {
  return new RDD<T>(rdd.node, session);
}
