/** Makes lineage nodes: the vocabulary that RDD methods and stream operators are written in. */
import { IllegalArgumentError } from "../errors/index.js";
import { type Aggregator, groupAggregator } from "./aggregator.js";
import { type KeptRdd, keptPartition } from "./kept.js";
import type {
  Coverage,
  ExchangeNode,
  NarrowNode,
  Operator,
  PartitionSource,
  RddNode,
  SnapshotNode,
  SourceNode,
  StateNode,
  StateOperator,
  UnionNode,
  WindowNode,
  ZipNode,
  ZipOperator,
} from "./lineage.js";
import { combineByKey, mergeCombiners, sequence } from "./operators/index.js";
import { checkedPartitioner, HashPartitioner, KEY_GROUPS, type Partitioner } from "./partitioner.js";
import type { Session } from "./session.js";

export function source(
  session: Session,
  kind: string,
  sources: readonly PartitionSource[],
  decode?: (data: Uint8Array) => unknown,
): SourceNode {
  return {
    kind: "source",
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions: sources.length,
    partitioner: undefined,
    sources,
    decode,
  };
}

export function narrow(
  session: Session,
  kind: string,
  parent: RddNode,
  operator: Operator,
  partitioner?: Partitioner,
): NarrowNode {
  return {
    kind: "narrow",
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions: parent.numPartitions,
    partitioner,
    parent,
    operator,
  };
}

export function union(session: Session, kind: string, parents: readonly RddNode[]): RddNode {
  const [only] = parents;
  if (only !== undefined && parents.length === 1) return only;
  const node: UnionNode = {
    kind: "union",
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions: parents.reduce((n, parent) => n + parent.numPartitions, 0),
    partitioner: undefined,
    parents,
  };
  return node;
}

export function zip(
  session: Session,
  kind: string,
  parents: readonly RddNode[],
  operator: ZipOperator,
  partitioner: Partitioner,
): ZipNode {
  return {
    kind: "zip",
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions: partitioner.numPartitions,
    partitioner,
    parents,
    operator,
  };
}

/** What an operator makes of the partitions with the same number of parents that have equally many. */
export function zipPartitions(
  session: Session,
  kind: string,
  parents: readonly [RddNode, ...RddNode[]],
  operator: ZipOperator,
): ZipNode {
  return {
    kind: "zip",
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions: parents[0].numPartitions,
    partitioner: undefined,
    parents,
    operator,
  };
}

/** Every pair to the partition of its key, combined on the way if there is an aggregator. */
export function exchangeByKey(
  session: Session,
  kind: string,
  parent: RddNode,
  partitioner: Partitioner,
  combine?: Aggregator,
): ExchangeNode {
  return {
    kind: "exchange",
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions: partitioner.numPartitions,
    partitioner,
    parent,
    mode: { type: "keyed", partitioner, combine },
  };
}

/** Deals all elements out to `numPartitions` partitions. */
export function repartition(session: Session, kind: string, parent: RddNode, numPartitions: number): ExchangeNode {
  return {
    kind: "exchange",
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions,
    partitioner: undefined,
    parent,
    mode: { type: "round-robin" },
  };
}

/** All pairs with a key become one pair; without a shuffle where the keys are in place already. */
export function combined(
  session: Session,
  kind: string,
  parent: RddNode,
  aggregator: Aggregator,
  partitioner: Partitioner,
  mapSideCombine = true,
): NarrowNode {
  if (partitioner.equals(parent.partitioner))
    return narrow(session, kind, parent, combineByKey(aggregator), partitioner);
  const exchange = exchangeByKey(session, kind, parent, partitioner, mapSideCombine ? aggregator : undefined);
  const operator = mapSideCombine ? mergeCombiners(aggregator) : combineByKey(aggregator);
  return narrow(session, kind, exchange, operator, partitioner);
}

/** The parent with every pair in the partition of its key. */
export function partitioned(session: Session, kind: string, parent: RddNode, partitioner: Partitioner): RddNode {
  return partitioner.equals(parent.partitioner) ? parent : exchangeByKey(session, kind, parent, partitioner);
}

/**
 * Keyed state: input grouped by key on the way to the partition that owns the key's state, where the groups of the map
 * partitions meet at the key's entry.
 */
export function stateful(
  session: Session,
  kind: string,
  parent: RddNode | undefined,
  operator: StateOperator,
  uid: string,
  numPartitions: number,
): StateNode {
  const partitioner = statePartitioner(numPartitions);
  const grouped =
    parent &&
    (partitioner.equals(parent.partitioner)
      ? narrow(session, kind, parent, combineByKey(groupAggregator), partitioner)
      : exchangeByKey(session, kind, parent, partitioner, groupAggregator));
  return keyedState(session, kind, grouped, operator, uid, partitioner);
}

/** State has at most as many partitions as there are key groups. */
export function statePartitioner(numPartitions: number): HashPartitioner {
  return new HashPartitioner(Math.min(numPartitions, KEY_GROUPS));
}

/** Keyed state whose input is where it belongs already. */
export function keyedState(
  session: Session,
  kind: string,
  parent: RddNode | undefined,
  operator: StateOperator,
  uid: string,
  partitioner: HashPartitioner,
  covers?: Coverage,
): StateNode {
  return {
    kind: "state",
    parent,
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions: partitioner.numPartitions,
    partitioner,
    operator,
    uid,
    covers,
  };
}

/** All keys with their state. */
export function snapshot(
  session: Session,
  kind: string,
  parent: StateNode,
  read: (stored: unknown) => unknown,
): SnapshotNode {
  return {
    kind: "snapshot",
    parent,
    read,
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions: parent.numPartitions,
    partitioner: parent.partitioner,
  };
}

/** One pair a key over a window; `parent` and what is past have the partitioner. */
export function window(
  session: Session,
  kind: string,
  partitioner: HashPartitioner,
  what: Pick<WindowNode, "parent" | "past" | "covers" | "fold" | "span" | "uid">,
): WindowNode {
  return {
    ...what,
    kind: "window",
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions: partitioner.numPartitions,
    partitioner,
  };
}

/** An RDD of an earlier batch, from where it was kept. */
export function kept(session: Session, kind: string, rdd: KeptRdd): SourceNode {
  const sources = Array.from({ length: rdd.numPartitions }, (_, partition): PartitionSource => {
    const { ref } = keptPartition(rdd, partition);
    return ref === undefined ? { type: "values", values: [] } : { type: "column", ref };
  });
  const node = source(session, kind, sources);
  return rdd.hashed ? { ...node, partitioner: new HashPartitioner(rdd.numPartitions) } : node;
}

/** A union, oldest first, which leaves keys where they are when all parents have them in the same places. */
export function concatenated(session: Session, kind: string, parents: readonly RddNode[]): RddNode {
  const [first, ...rest] = parents;
  if (first === undefined) return source(session, kind, []);
  const { partitioner } = first;
  const together = partitioner !== undefined && rest.every((parent) => partitioner.equals(parent.partitioner));
  if (!together || rest.length === 0) return union(session, kind, parents);
  return zip(session, kind, parents, sequence(parents.length), partitioner);
}

/** How a program may say where a shuffle's pairs are to go. */
export interface PartitionOptions {
  /** Number of partitions of the result; keys go where their hash belongs. */
  readonly numPartitions?: number;
  /** A partitioner of your own; decides the number of partitions too. */
  readonly partitioner?: Partitioner;
}

/**
 * The partitioner for a shuffle of these parents: as asked, else one that a parent has already, else hash with the default.
 * @throws {IllegalArgumentError} when the options contradict one another.
 */
export function choosePartitioner(
  session: Session,
  parents: readonly RddNode[],
  options: PartitionOptions = {},
): Partitioner {
  const { partitioner, numPartitions } = options;
  if (partitioner !== undefined) {
    if (numPartitions !== undefined && numPartitions !== partitioner.numPartitions) {
      throw new IllegalArgumentError(
        `The partitioner has ${partitioner.numPartitions} partitions, but numPartitions is ${numPartitions}: give one of the two.`,
      );
    }
    return checkedPartitioner(partitioner);
  }
  if (numPartitions !== undefined) return new HashPartitioner(numPartitions);
  const existing = parents
    .map((parent) => parent.partitioner)
    .filter((partitioner) => partitioner !== undefined)
    .sort((a, b) => b.numPartitions - a.numPartitions);
  return existing[0] ?? new HashPartitioner(session.defaultPartitions);
}
