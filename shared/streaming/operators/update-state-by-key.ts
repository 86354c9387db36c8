import { build, RDD, type StateOperator } from "../../rdd/index.js";
import type { StreamNode } from "../graph.js";
import type { GraphBuilder, OperatorOptions } from "../graph-builder.js";

/** Keyed state over batches. Runs also for batches in which the parent has no RDD, once there is state. */
export function updateStateByKeyNode(
  builder: GraphBuilder,
  parent: StreamNode,
  operator: StateOperator,
  options: OperatorOptions & { readonly numPartitions?: number },
): StreamNode {
  return builder.add("updateStateByKey", options, (_id, uid) => ({
    parents: [parent],
    slide: parent.slide,
    stateful: { numPartitions: options.numPartitions, named: options.name !== undefined, timesOut: false },
    async compute(_time, batch) {
      const input = await batch.rdd(parent);
      const existing = batch.facts.statePartitions[uid];
      if (input === undefined && existing === undefined) return undefined;
      const numPartitions = options.numPartitions ?? existing ?? batch.facts.defaultPartitions;
      const session = batch.session(uid);
      return new RDD(build.stateful(session, "updateStateByKey", input?.node, operator, uid, numPartitions), session);
    },
  }));
}
