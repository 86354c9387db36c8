import * as build from "../build.js";
import type { Operator, RddNode } from "../lineage.js";
import { arrived } from "../operators/index.js";
import { IndexPartitioner } from "../partitioner.js";
import type { Session } from "../session.js";

/**
 * Elements where an operator sends them: it emits `[number of the partition, element]`. What arrives in a partition is in
 * the order of the partitions it came from, and within these in the order it was emitted.
 */
export function routed(
  session: Session,
  kind: string,
  parent: RddNode,
  router: Operator,
  numPartitions: number,
): RddNode {
  return deliver(session, kind, build.narrow(session, kind, parent, router), numPartitions);
}

/** The same for `[number of the partition, element]` pairs that are there already. */
export function deliver(session: Session, kind: string, routes: RddNode, numPartitions: number): RddNode {
  const exchange = build.exchangeByKey(session, kind, routes, new IndexPartitioner(numPartitions));
  return build.narrow(session, kind, exchange, arrived);
}
