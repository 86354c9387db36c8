/** The test kit: run programs on batches of test data. */

export type { FaultKind } from "../simulation/index.js";
export {
  type BatchEntry,
  type BatchedInput,
  type BatchOutputEntry,
  type ExecutorOptions,
  type RunBatchesOptions,
  runBatches,
} from "./run-batches.js";
export {
  type SimulatedRecord,
  type SimulateOptions,
  type SimulateReport,
  SimulationError,
  simulate,
  type Trial,
} from "./simulate.js";
