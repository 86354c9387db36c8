import { IllegalArgumentError } from "../../errors/index.js";
import * as build from "../build.js";
import type { RddNode } from "../lineage.js";
import { zipPartitions } from "../operators/index.js";
import type { Session } from "../session.js";

/**
 * The partitions with the same number of several RDDs, made into one by `combine`.
 * @throws {IllegalArgumentError} when the numbers of partitions differ.
 */
export function zippedPartitions(
  session: Session,
  kind: string,
  parents: readonly [RddNode, ...RddNode[]],
  combine: (partitions: readonly (readonly unknown[])[]) => Iterable<unknown>,
): RddNode {
  const counts = parents.map((parent) => parent.numPartitions);
  if (counts.some((count) => count !== counts[0])) {
    throw new IllegalArgumentError(
      `${kind} needs RDDs with the same number of partitions, but they have ${counts.join(" and ")}.`,
    );
  }
  return build.zipPartitions(session, kind, parents, zipPartitions(parents.length, combine));
}

/** First with first, second with second. @throws {IllegalArgumentError} where two partitions differ in length. */
export function pairwise([lefts = [], rights = []]: readonly (readonly unknown[])[]): Iterable<unknown> {
  if (lefts.length !== rights.length) {
    throw new IllegalArgumentError(
      `zip needs the same number of elements in every partition, but one has ${lefts.length} on the left and ${rights.length} on the right.`,
    );
  }
  return lefts.map((left, i) => [left, rights[i]]);
}
