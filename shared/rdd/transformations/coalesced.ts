import type { RddNode } from "../lineage.js";
import { route } from "../operators/index.js";
import type { Session } from "../session.js";
import { routed } from "./routed.js";

/** Neighbouring partitions as one, in order, until there are only so many. */
export function coalesced(session: Session, kind: string, parent: RddNode, numPartitions: number): RddNode {
  const n = parent.numPartitions;
  if (numPartitions >= n) return parent;
  const together = route((partition) => [Math.floor((partition * numPartitions) / n)]);
  return routed(session, kind, parent, together, numPartitions);
}
