import { allOf, atMost, timesSpark } from "../harness/goals.mjs";
import { latency } from "../harness/latency.mjs";

export const row = {
  id: "latency",
  work: "latency from the socket to the terminal, 100 ms batches, p99",
  unit: "ms",
  goal: allOf("< 250 ms and < Spark", atMost(250, "ms"), timesSpark(1)),
  measurement: latency,
  figure: "p99Ms",
  beside: { "p50 ms": "p50Ms", "max ms": "maxMs" },
};
