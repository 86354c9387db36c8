import { fractionOfSpark } from "../harness/goals.mjs";
import { tinyBatches } from "../harness/measurements.mjs";

export const row = {
  id: "memory-tiny",
  work: "peak memory, tiny batches",
  unit: "MB",
  goal: fractionOfSpark(5),
  measurement: tinyBatches,
  figure: "peakMb",
};
