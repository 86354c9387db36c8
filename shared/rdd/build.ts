/** Makes lineage nodes: the vocabulary that RDD methods and stream operators are written in. */
import { type Aggregator, groupAggregator } from "./aggregator.js";
import type {
  ExchangeNode,
  NarrowNode,
  Operator,
  PartitionSource,
  RddNode,
  SourceNode,
  StateNode,
  StateOperator,
  UnionNode,
  ZipNode,
  ZipOperator,
} from "./lineage.js";
import { combineByKey, mergeCombiners } from "./operators/index.js";
import { HashPartitioner, type Partitioner } from "./partitioner.js";
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

/** Keyed state: input grouped by key on the way to the partition that owns the key's state. */
export function stateful(
  session: Session,
  kind: string,
  parent: RddNode | undefined,
  operator: StateOperator,
  uid: string,
  numPartitions: number,
): StateNode {
  const partitioner = new HashPartitioner(numPartitions);
  return {
    kind: "state",
    parent: parent && combined(session, kind, parent, groupAggregator, partitioner),
    id: session.lineage.nextId(),
    label: session.label(kind),
    numPartitions,
    partitioner,
    operator,
    uid,
  };
}

/** The partitioner for a shuffle of these parents: as asked, else one that a parent has already, else hash with the default. */
export function choosePartitioner(session: Session, parents: readonly RddNode[], numPartitions?: number): Partitioner {
  if (numPartitions !== undefined) return new HashPartitioner(numPartitions);
  const existing = parents
    .map((parent) => parent.partitioner)
    .filter((partitioner) => partitioner !== undefined)
    .sort((a, b) => b.numPartitions - a.numPartitions);
  return existing[0] ?? new HashPartitioner(session.defaultPartitions);
}
