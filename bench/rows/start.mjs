import { firstBatch } from "../harness/first-batch.mjs";
import { atMost } from "../harness/goals.mjs";

/** Until the first batch's output is seen, which is after its commit. */
export const row = {
  id: "start",
  work: "process start to first commit and its output, 100 ms interval, bundling included",
  unit: "ms",
  goal: atMost(500, "ms"),
  measurement: firstBatch,
  figure: "startMs",
};
