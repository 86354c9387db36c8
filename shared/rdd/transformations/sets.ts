/** RDDs as sets: elements are the same when they are equal as keys are. */
import { reduceAggregator } from "../aggregator.js";
import * as build from "../build.js";
import type { Operator, RddNode } from "../lineage.js";
import { flatMap, map } from "../operators/index.js";
import type { Session } from "../session.js";
import { cogrouped } from "./cogrouped.js";

const asKey: Operator = map((value) => [value, null]);
const keyOnly: Operator = map((pair) => (pair as [unknown, unknown])[0]);

/** Each element once. */
export function distinct(session: Session, kind: string, parent: RddNode, options: build.PartitionOptions): RddNode {
  const keys = build.narrow(session, kind, parent, asKey);
  const partitioner = build.choosePartitioner(session, [keys], options);
  const first = reduceAggregator((a) => a);
  return build.narrow(session, kind, build.combined(session, kind, keys, first, partitioner), keyOnly);
}

/** Elements by how often they are here and there: each as often as `times` says. */
function compared(
  session: Session,
  kind: string,
  left: RddNode,
  right: RddNode,
  options: build.PartitionOptions,
  times: (here: number, there: number) => number,
): RddNode {
  const keys = [left, right].map((node) => build.narrow(session, kind, node, asKey));
  const grouped = cogrouped(session, kind, keys, options);
  const kept = flatMap((group) => {
    const [element, [here, there]] = group as [unknown, [unknown[], unknown[]]];
    return Array.from({ length: times(here.length, there.length) }, () => element);
  });
  return build.narrow(session, kind, grouped, kept);
}

/** The elements of the left, as often as they are there, that the right does not have. */
export function subtract(
  session: Session,
  kind: string,
  left: RddNode,
  right: RddNode,
  options: build.PartitionOptions,
): RddNode {
  return compared(session, kind, left, right, options, (here, there) => (there === 0 ? here : 0));
}

/** The elements that both have, once each. */
export function intersection(
  session: Session,
  kind: string,
  left: RddNode,
  right: RddNode,
  options: build.PartitionOptions,
): RddNode {
  return compared(session, kind, left, right, options, (here, there) => (here > 0 && there > 0 ? 1 : 0));
}
