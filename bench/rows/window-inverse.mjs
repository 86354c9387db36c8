import { batches } from "../harness/batches.mjs";
import { timesSpark } from "../harness/goals.mjs";
import { text } from "../harness/inputs.mjs";

/** Measured when the window is full. */
export const row = {
  id: "window-inverse",
  work: "window of 30 batches, with inverse, 2 M words a batch: processing time, p50",
  unit: "ms",
  goal: timesSpark(3),
  measurement: batches({
    mode: "window",
    input: text,
    window: 30,
    count: 42,
    warmup: 32,
    interval: 1_500,
    quick: { window: 3, warmup: 4, count: 7 },
  }),
  figure: "p50Ms",
  beside: { "peak MB": "peakMb" },
};
