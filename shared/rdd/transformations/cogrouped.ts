import * as build from "../build.js";
import type { RddNode } from "../lineage.js";
import { cogroup } from "../operators/index.js";
import type { Session } from "../session.js";

/** For each key of any of the RDDs, the list of its values in each: `[key, [values0, values1, ...]]`. */
export function cogrouped(
  session: Session,
  kind: string,
  parents: readonly RddNode[],
  options: build.PartitionOptions,
): RddNode {
  const partitioner = build.choosePartitioner(session, parents, options);
  // An RDD that is joined with itself travels once.
  const inPlace = new Map<RddNode, RddNode>();
  for (const node of new Set(parents)) inPlace.set(node, build.partitioned(session, kind, node, partitioner));
  const zipped = parents.map((node) => inPlace.get(node) ?? node);
  return build.zip(session, kind, zipped, cogroup(parents.length), partitioner);
}
