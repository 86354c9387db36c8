import { batches } from "../harness/batches.mjs";
import { timesSpark } from "../harness/goals.mjs";
import { text } from "../harness/inputs.mjs";

export const row = {
  id: "state-all-keys",
  work: "updateStateByKey, 100 k keys, all touched: processing time, p50",
  unit: "ms",
  goal: timesSpark(3),
  measurement: batches({ mode: "state", input: text, count: 20, interval: 1_500 }),
  figure: "p50Ms",
  beside: { "bytes written a batch": "writtenBytes", "bytes of state": "stateBytes", "peak MB": "peakMb" },
};
