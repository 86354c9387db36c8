import { build, RDD } from "../../rdd/index.js";
import type { StreamNode } from "../graph.js";
import type { GraphBuilder, OperatorOptions } from "../graph-builder.js";
import type { Input } from "../inputs.js";

/** A stream from the world: its RDD is whatever the batch's blocks hold. */
export function inputNode(
  builder: GraphBuilder,
  kind: string,
  options: OperatorOptions,
  make: (uid: string) => Input,
): StreamNode {
  return builder.add(kind, options, (_id, uid) => {
    const input = make(uid);
    return {
      parents: [],
      slide: builder.graph.batchDuration,
      input,
      compute(_time, batch) {
        const sources = batch.facts.inputs[uid];
        if (sources === undefined || sources === null) return undefined;
        const session = batch.session(uid);
        const decode = input.type === "stream" ? input.decode : undefined;
        return new RDD(build.source(session, kind, sources, decode), session);
      },
    };
  });
}
