import * as build from "../build.js";
import type { RddNode } from "../lineage.js";
import { route, zipPartitions } from "../operators/index.js";
import type { Session } from "../session.js";
import { routed } from "./routed.js";

/**
 * Every element of the left with every element of the right. Partition i · m + j has those of partition i of the left and j
 * of the right, so each partition travels as often as the other side has partitions.
 */
export function cartesian(session: Session, kind: string, left: RddNode, right: RddNode): RddNode {
  const [n, m] = [left.numPartitions, right.numPartitions];
  const lefts = route((i) => Array.from({ length: m }, (_, j) => i * m + j));
  const rights = route((j) => Array.from({ length: n }, (_, i) => i * m + j));
  const parents: [RddNode, RddNode] = [
    routed(session, kind, left, lefts, n * m),
    routed(session, kind, right, rights, n * m),
  ];
  return build.zipPartitions(session, kind, parents, zipPartitions(2, products));
}

function* products([lefts = [], rights = []]: readonly (readonly unknown[])[]): Iterable<unknown> {
  for (const left of lefts) for (const right of rights) yield [left, right];
}
