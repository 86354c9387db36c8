/** The test kit: run programs on batches of test data. */
export {
  type BatchEntry,
  type BatchedInput,
  type BatchOutputEntry,
  type ExecutorOptions,
  type RunBatchesOptions,
  runBatches,
} from "./run-batches.js";
