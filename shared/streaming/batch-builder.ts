import { IllegalStateError } from "../errors/index.js";
import { type Action, Lineage, type PartitionSource, RDD, type RddNode, type Session } from "../rdd/index.js";
import { Time } from "../time/index.js";
import type { OutputNode, StreamGraph, StreamNode } from "./graph.js";

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
  /** Number of partitions of shuffles where the program does not say. */
  readonly defaultPartitions: number;
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

  async #compute(node: StreamNode): Promise<RDD<unknown> | undefined> {
    const { time, zeroTime } = this.facts;
    const sinceZero = time - zeroTime;
    if (sinceZero <= 0 || sinceZero % node.slide !== 0) return undefined;
    return node.compute(new Time(time), this);
  }

  #session(label: (kind: string) => string, owner: string): Session {
    return {
      lineage: this.lineage,
      defaultPartitions: this.facts.defaultPartitions,
      label,
      run: (node, action, actionLabel) => this.#actions(owner, node, action, actionLabel),
    };
  }
}

/** An output operation that has work in a batch: its parent produced an RDD. */
export interface BatchOutput {
  readonly output: OutputNode;
  readonly node: RddNode;
}

/** Builds what the batch's output operations need, in definition order. */
export async function buildBatch(graph: StreamGraph, batch: BatchBuilder): Promise<readonly BatchOutput[]> {
  const outputs: BatchOutput[] = [];
  for (const output of graph.outputs) {
    const rdd = await batch.rdd(output.parent);
    if (rdd !== undefined) outputs.push({ output, node: rdd.node });
  }
  return outputs;
}

/** An RDD of the batch's lineage as seen by operators with the given session. */
export function within<T>(rdd: RDD<T>, session: Session): RDD<T> {
  return new RDD<T>(rdd.node, session);
}
