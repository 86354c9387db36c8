import { batches } from "../harness/batches.mjs";
import { timesSpark } from "../harness/goals.mjs";
import { millionKeys } from "../harness/inputs.mjs";

/** The first batch brings all keys, and is not measured; the bytes written must follow the keys touched. */
export const row = {
  id: "state-few-keys-update",
  work: "updateStateByKey, 1 M keys, 1 % touched: processing time, p50",
  unit: "ms",
  goal: timesSpark(3),
  measurement: batches({
    mode: "state",
    input: millionKeys,
    count: 20,
    warmup: 5,
    interval: 1_500,
    quick: { warmup: 2 },
  }),
  figure: "p50Ms",
  beside: {
    "bytes written a batch": "writtenBytes",
    "bytes written a batch, mean": "writtenMeanBytes",
    "bytes of state": "stateBytes",
    "peak MB": "peakMb",
  },
};
