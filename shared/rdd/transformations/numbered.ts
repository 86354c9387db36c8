import * as build from "../build.js";
import type { RddNode } from "../lineage.js";
import { mapPartitions } from "../operators/index.js";
import type { Session } from "../session.js";
import { withSummaries } from "./with-summaries.js";

/** `[element, i]`, counted through all partitions in order. */
export function numbered(session: Session, kind: string, parent: RddNode): RddNode {
  const from = (start: number) => (value: unknown, i: number) => [value, start + i];
  if (parent.numPartitions === 1) {
    const operator = mapPartitions((elements) => elements.map(from(0)));
    return build.narrow(session, kind, parent, operator);
  }
  return withSummaries(session, kind, parent, counter, (elements, counts, task) => {
    const before = (counts as readonly number[]).slice(0, task.partition);
    return elements.map(from(before.reduce((a, b) => a + b, 0)));
  });
}

/** `[element, number]` with different numbers for all elements: those of partition p are p, p + n, p + 2n, ... */
export function numberedUniquely(session: Session, kind: string, parent: RddNode): RddNode {
  const n = parent.numPartitions;
  const operator = mapPartitions((elements, partition) => elements.map((value, i) => [value, i * n + partition]));
  return build.narrow(session, kind, parent, operator);
}

function counter() {
  let n = 0;
  return {
    push() {
      n += 1;
    },
    result: () => n,
  };
}
