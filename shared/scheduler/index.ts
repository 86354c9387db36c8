export { assertFits, Driver, type DriverConfig, loadManifest } from "./driver.js";
export { type RateOptions, rateLimit } from "./rate/index.js";
export { defaultHedging, type HedgePolicy, TaskRunner } from "./task-runner.js";
