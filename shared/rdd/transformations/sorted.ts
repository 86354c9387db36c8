import * as build from "../build.js";
import type { RddNode } from "../lineage.js";
import { type Compare, keyOfElement, route, sort } from "../operators/index.js";
import { randomFrom } from "../random.js";
import type { Session } from "../session.js";
import type { TaskInfo } from "../task-info.js";
import { deliver, routed } from "./routed.js";
import { withSummaries } from "./with-summaries.js";

/** Keys sampled for each range that is to be found; all samples together. (Spark's numbers.) */
const SAMPLES_PER_RANGE = 20;
/** Partitions may be of unequal size, so each gives more than its share. */
const OVERSAMPLING = 3;

/** What a partition tells of its keys: how many elements it has, and the keys of some of them. */
interface Sample {
  readonly count: number;
  readonly keys: readonly unknown[];
}

/**
 * All elements in the order of their keys: partition 0 has the first of them, and so on. Where the ranges are cut is decided
 * from a sample of the keys, so partitions are of about equal size; all elements with equal keys are in one partition, in
 * the order they had.
 */
export function sorted(
  session: Session,
  kind: string,
  parent: RddNode,
  keyOf: (value: unknown) => unknown,
  compare: Compare,
  numPartitions: number,
): RddNode {
  const inRanges =
    numPartitions === 1
      ? routed(
          session,
          kind,
          parent,
          route(() => [0]),
          1,
        )
      : deliver(session, kind, routedByRange(session, kind, parent, keyOf, compare, numPartitions), numPartitions);
  return build.narrow(session, kind, inRanges, sort(keyOf, compare));
}

function routedByRange(
  session: Session,
  kind: string,
  parent: RddNode,
  keyOf: (value: unknown) => unknown,
  compare: Compare,
  ranges: number,
): RddNode {
  const size = Math.ceil((OVERSAMPLING * SAMPLES_PER_RANGE * ranges) / parent.numPartitions);
  return withSummaries(
    session,
    kind,
    parent,
    (task, label) => reservoir(size, task, (value) => keyOfElement(keyOf, value, task, label)),
    function* (elements, samples, task, label) {
      const bounds = boundsOf(samples as readonly Sample[], compare, ranges);
      for (const value of elements) yield [rangeOf(keyOfElement(keyOf, value, task, label), bounds, compare), value];
    },
  );
}

/** A random sample of so many elements, each element with the same chance; their keys are only looked at then. */
function reservoir(size: number, task: TaskInfo, keyOf: (value: unknown) => unknown) {
  const random = randomFrom(task.partition);
  const kept: unknown[] = [];
  let count = 0;
  return {
    push(value: unknown) {
      const slot = count < size ? count : Math.floor(random() * (count + 1));
      if (slot < size) kept[slot] = value;
      count += 1;
    },
    result: (): Sample => ({ count, keys: kept.map(keyOf) }),
  };
}

/** The last keys of all ranges but the last one. A key sampled from a large partition stands for more elements. */
function boundsOf(samples: readonly Sample[], compare: Compare, ranges: number): readonly unknown[] {
  const weighted = samples
    .flatMap(({ count, keys }) => keys.map((key) => ({ key, weight: count / keys.length })))
    .sort((a, b) => compare(a.key, b.key));
  const total = samples.reduce((sum, { count }) => sum + count, 0);
  const bounds: unknown[] = [];
  let below = 0;
  for (const { key, weight } of weighted) {
    below += weight;
    const wanted = (total * (bounds.length + 1)) / ranges;
    const isNew = bounds.length === 0 || compare(bounds.at(-1), key) < 0;
    if (below >= wanted && isNew && bounds.length < ranges - 1) bounds.push(key);
  }
  return bounds;
}

/** Number of bounds that lie before the key, found by halving. */
function rangeOf(key: unknown, bounds: readonly unknown[], compare: Compare): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(bounds[middle], key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
