import { IllegalArgumentError } from "../../errors/index.js";
import { RDD, userError } from "../../rdd/index.js";
import type { Time } from "../../time/index.js";
import { within } from "../batch-builder.js";
import type { StreamNode } from "../graph.js";
import type { GraphBuilder, OperatorOptions } from "../graph-builder.js";
import { requiredRdds } from "./required-rdds.js";
import { sameSlide } from "./same-slide.js";

/** What a function of the user's makes of the parents' RDDs. It runs while the batch's lineage is built, on the driver and on executors. */
export function transformNode(
  builder: GraphBuilder,
  parents: readonly StreamNode[],
  f: (rdds: readonly RDD<unknown>[], time: Time) => RDD<unknown> | Promise<RDD<unknown>>,
  options: OperatorOptions,
): StreamNode {
  const slide = sameSlide("transform", parents);
  return builder.add("transform", options, (_id, uid) => ({
    parents,
    slide,
    async compute(time, batch) {
      const session = batch.bodySession(uid);
      const rdds = (await requiredRdds(uid, parents, time, batch)).map((rdd) => within(rdd, session));
      let result: RDD<unknown>;
      try {
        result = await f(rdds, time);
      } catch (cause) {
        throw userError(uid, { batchTime: time.milliseconds, partition: 0 }, cause);
      }
      if (!(result instanceof RDD)) {
        throw new IllegalArgumentError(
          `The function of ${uid} must return an RDD, if an empty one, not ${String(result)}.`,
        );
      }
      if (result.session.lineage !== batch.lineage) {
        throw new IllegalArgumentError(
          `The function of ${uid} returned an RDD of another batch: RDDs cannot be kept over batches. Use state or a window.`,
        );
      }
      return result;
    },
  }));
}
