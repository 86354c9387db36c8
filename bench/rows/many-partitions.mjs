import { batches } from "../harness/batches.mjs";
import { fractionOfSpark } from "../harness/goals.mjs";
import { thousandTimesThousand } from "../harness/inputs.mjs";
import { beside } from "../harness/measurements.mjs";

const batch = {
  mode: "wc",
  input: thousandTimesThousand,
  mapPartitions: 1_000,
  count: 15,
  interval: 2_000,
  quick: { mapPartitions: 100 },
};

/** Every map task is a call of its own; beside it what Sluice does if it is let: as many calls as executors. */
export const row = {
  id: "many-partitions",
  work: "1,000 partitions of 1,000 records, as 1,000 calls: processing time, p50",
  unit: "ms",
  goal: fractionOfSpark(20),
  measurement: beside(batches({ ...batch, separate: true }), "collapsed", batches(batch)),
  figure: "p50Ms",
  beside: { calls: "calls", "collapsed ms": "collapsed.p50Ms", "collapsed calls": "collapsed.calls" },
};
