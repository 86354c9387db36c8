/** The table of the performance goals, in its order. */
import { row as driverCost } from "./driver-cost.mjs";
import { row as latency } from "./latency.mjs";
import { row as manyPartitions } from "./many-partitions.mjs";
import { row as memoryLoaded } from "./memory-loaded.mjs";
import { row as memoryTiny } from "./memory-tiny.mjs";
import { row as recovery } from "./recovery.mjs";
import { row as start } from "./start.mjs";
import { row as stateAllKeys } from "./state-all-keys.mjs";
import { row as stateFewKeysMap } from "./state-few-keys-map.mjs";
import { row as stateFewKeysUpdate } from "./state-few-keys-update.mjs";
import { row as tinyP50 } from "./tiny-p50.mjs";
import { row as tinyP99 } from "./tiny-p99.mjs";
import { row as windowInverse } from "./window-inverse.mjs";
import { row as windowNoInverse } from "./window-no-inverse.mjs";
import { row as wordCount } from "./word-count.mjs";

export const rows = [
  wordCount,
  stateAllKeys,
  stateFewKeysUpdate,
  stateFewKeysMap,
  windowInverse,
  windowNoInverse,
  tinyP50,
  tinyP99,
  manyPartitions,
  start,
  memoryTiny,
  memoryLoaded,
  latency,
  driverCost,
  recovery,
];
