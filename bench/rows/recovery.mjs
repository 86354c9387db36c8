import { atMost } from "../harness/goals.mjs";
import { recovery } from "../harness/recovery.mjs";

export const row = {
  id: "recovery",
  work: "first batch after a restart, state of 1 M keys, cold",
  unit: "ms",
  goal: atMost(1_000, "ms"),
  measurement: recovery,
  figure: "recoveryMs",
  beside: { "process start to first commit, ms": "restartMs", keys: "stateKeys" },
};
