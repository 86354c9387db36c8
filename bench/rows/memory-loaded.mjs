import { fractionOfSpark } from "../harness/goals.mjs";
import { wordCount } from "../harness/measurements.mjs";

export const row = {
  id: "memory-loaded",
  work: "peak memory, word count of 2 M words a batch",
  unit: "MB",
  goal: fractionOfSpark(5),
  measurement: wordCount,
  figure: "peakMb",
};
