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
  const inPlace = parents.map((node) => build.partitioned(session, kind, node, partitioner));
  return build.zip(session, kind, inPlace, cogroup(parents.length), partitioner);
}
