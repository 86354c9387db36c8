import { captureAll } from "./capture-all.js";
import type { ForeachBody, OutputOperation } from "./output-operation.js";

/** Hands each RDD to a body that runs on the driver and whose actions run on the executors. */
export function foreachRDD(body: ForeachBody): OutputOperation {
  return {
    body,
    capture: () => captureAll(),
    run: (_committed, context) => context.runBody(body),
  };
}
