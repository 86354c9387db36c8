import * as build from "../build.js";
import type { RddNode } from "../lineage.js";
import { type Summary, summarize, zipPartitions } from "../operators/index.js";
import type { Session } from "../session.js";
import type { TaskInfo } from "../task-info.js";
import { deliver } from "./routed.js";

/**
 * Transforms each partition knowing something of all of them, without running an action: a summary of every partition is
 * sent to every partition, which waits there with its elements.
 *
 * @param combine gets a partition's elements and the summaries of all partitions, in order of partitions.
 */
export function withSummaries(
  session: Session,
  kind: string,
  parent: RddNode,
  start: (task: TaskInfo, label: string) => Summary,
  combine: (
    elements: readonly unknown[],
    summaries: readonly unknown[],
    task: TaskInfo,
    label: string,
  ) => Iterable<unknown>,
): RddNode {
  const n = parent.numPartitions;
  const summaries = deliver(session, kind, build.narrow(session, kind, parent, summarize(start, n)), n);
  const operator = zipPartitions(2, ([elements = [], rows = []], task, label) => {
    const byPartition: unknown[] = [];
    for (const [partition, summary] of rows as readonly (readonly [number, unknown])[])
      byPartition[partition] = summary;
    return combine(elements, byPartition, task, label);
  });
  return build.zipPartitions(session, kind, [parent, summaries], operator);
}
