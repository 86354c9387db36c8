import { hashKey } from "../codec/index.js";
import { parentsOf, type RddNode } from "../rdd/index.js";
import type { Target } from "./stages.js";

/** A hash of what is computed from what, for which targets. User functions have no part in it: code has its own version. */
export function signatureOf(targets: readonly Target[], nodes: readonly RddNode[]): number {
  const shapes = nodes.map((node) => `${node.id} ${node.label} ${node.kind} ${node.numPartitions} ${parentIds(node)}`);
  const ends = targets.map((target) => `${target.id} ${target.node.id}`);
  return hashKey([...ends, ...shapes].join("\n"));
}

function parentIds(node: RddNode): string {
  return parentsOf(node)
    .map((parent) => parent.id)
    .join();
}
