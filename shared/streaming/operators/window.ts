import { build, RDD } from "../../rdd/index.js";
import type { StreamNode } from "../graph.js";
import type { GraphBuilder, OperatorOptions } from "../graph-builder.js";
import type { WindowTimes } from "./check-window.js";

/** The parent's RDDs of the batches in the window together, oldest first; batches without RDD are left out. */
export function windowNode(
  builder: GraphBuilder,
  parent: StreamNode,
  { length, slide }: WindowTimes,
  options: OperatorOptions,
): StreamNode {
  return builder.add("window", options, (_id, uid) => ({
    parents: [parent],
    slide,
    window: { length, type: "union" },
    async compute({ milliseconds: time }, batch) {
      const rdds = await batch.rdds(parent, { after: time - length, upTo: time });
      const session = batch.session(uid);
      const nodes = rdds.map((rdd) => rdd.node);
      return new RDD(build.concatenated(session, "window", nodes), session);
    },
  }));
}
