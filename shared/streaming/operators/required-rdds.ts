import { NoRddError } from "../../errors/index.js";
import type { RDD } from "../../rdd/index.js";
import type { Time } from "../../time/index.js";
import type { BatchBuilder } from "../batch-builder.js";
import type { StreamNode } from "../graph.js";

/** The RDDs of all parents. @throws {NoRddError} when one has none for the batch: it fails, as in Spark. */
export async function requiredRdds(
  uid: string,
  parents: readonly StreamNode[],
  time: Time,
  batch: BatchBuilder,
): Promise<RDD<unknown>[]> {
  const rdds: RDD<unknown>[] = [];
  for (const parent of parents) {
    const rdd = await batch.rdd(parent);
    if (rdd === undefined) {
      throw new NoRddError(
        `${uid} got no RDD from its parent ${parent.uid} at ${time}: a parent must produce an RDD, if an empty one, for every batch.`,
        { operator: uid, parent: parent.uid, batchTime: time.milliseconds },
      );
    }
    rdds.push(rdd);
  }
  return rdds;
}
