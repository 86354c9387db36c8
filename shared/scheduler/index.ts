export { type BatchEnvironment, type BatchResult, type BatchStart, FIRST as FIRST_BATCH, runBatch } from "./batch.js";
export { Driver, type DriverConfig, type Ended } from "./driver.js";
export { type RateOptions, rateLimit } from "./rate/index.js";
export { assertFits, loadManifest } from "./recovery.js";
export { defaultHedging, type HedgePolicy } from "./stage-watch.js";
export { SWEEP_INTERVAL_MILLIS, type Swept, sweep } from "./sweep.js";
export { TaskRunner } from "./task-runner.js";
