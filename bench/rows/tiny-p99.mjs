import { fractionOfSpark } from "../harness/goals.mjs";
import { tinyBatches } from "../harness/measurements.mjs";

export const row = {
  id: "tiny-p99",
  work: "tiny batches every 100 ms: processing time, p99",
  unit: "ms",
  goal: fractionOfSpark(20),
  measurement: tinyBatches,
  figure: "p99Ms",
};
