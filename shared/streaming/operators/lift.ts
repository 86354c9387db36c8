import type { RDD } from "../../rdd/index.js";
import { within } from "../batch-builder.js";
import type { StreamNode } from "../graph.js";
import type { GraphBuilder, OperatorOptions } from "../graph-builder.js";
import { requiredRdds } from "./required-rdds.js";
import { sameSlide } from "./same-slide.js";

/** A stream whose RDDs are made from the parent's by RDD operations alone; no RDD in, no RDD out. */
export function liftNode(
  builder: GraphBuilder,
  kind: string,
  parent: StreamNode,
  f: (rdd: RDD<unknown>) => RDD<unknown>,
  options: OperatorOptions = {},
): StreamNode {
  return builder.add(kind, options, (_id, uid) => ({
    parents: [parent],
    slide: parent.slide,
    async compute(_time, batch) {
      const rdd = await batch.rdd(parent);
      return rdd && f(within(rdd, batch.session(uid)));
    },
  }));
}

/** The same on several parents, which all must have an RDD. */
export function liftAllNode(
  builder: GraphBuilder,
  kind: string,
  parents: readonly StreamNode[],
  f: (rdds: readonly RDD<unknown>[]) => RDD<unknown>,
  options: OperatorOptions = {},
): StreamNode {
  const slide = sameSlide(kind, parents);
  return builder.add(kind, options, (_id, uid) => ({
    parents,
    slide,
    async compute(time, batch) {
      const session = batch.session(uid);
      return f((await requiredRdds(uid, parents, time, batch)).map((rdd) => within(rdd, session)));
    },
  }));
}
