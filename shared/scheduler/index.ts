export { assertFits, Driver, type DriverConfig, loadManifest } from "./driver.js";
export { defaultHedging, type HedgePolicy, TaskRunner } from "./task-runner.js";
