import { driverCost } from "../harness/driver-cost.mjs";

/** A further task may cost this much more among 10,000 than among 1,000. */
const LINEAR = 1.5;

export const row = {
  id: "driver-cost",
  work: "processor time of the driver a task, 10,000 shards a batch (simulated ports)",
  unit: "µs",
  goal: {
    text: "linear, ≤ 100 µs",
    met: ({ sluice, figures }) =>
      Math.max(sluice, figures["µs a task, 1,000 shards"]) <= 100 && figures.growth <= LINEAR,
    bound: () => 100,
  },
  measurement: driverCost,
  figure: "perTaskUs",
  beside: {
    "µs a task, 1,000 shards": "manyPerTaskUs",
    "ms a batch, 10 shards": "fewMs",
    "ms a batch, 1,000 shards": "manyMs",
    "ms a batch, 10,000 shards": "mostMs",
    growth: "growth",
  },
};
