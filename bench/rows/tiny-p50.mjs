import { fractionOfSpark } from "../harness/goals.mjs";
import { tinyBatches } from "../harness/measurements.mjs";

export const row = {
  id: "tiny-p50",
  work: "tiny batches every 100 ms: processing time, p50",
  unit: "ms",
  goal: fractionOfSpark(20),
  measurement: tinyBatches,
  figure: "p50Ms",
};
