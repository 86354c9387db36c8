export { type ExecutorEnvironment, PreparedCache } from "./environment.js";
export { execute } from "./execute.js";
export { InProcessInvoker } from "./in-process-invoker.js";
export type {
  ActionRequest,
  ExchangeInputs,
  ExecutorReply,
  ExecutorRequest,
  LineageRequest,
  PartitionData,
  ReadShardRequest,
  ReadShardResult,
  RecordedCall,
  RunRequest,
  RunResult,
  RunStats,
  SerializedError,
  StageWork,
} from "./messages.js";
export {
  ACTION_TARGET,
  bodyRdd,
  type Capture,
  lineageKey,
  type Prepared,
  prepare,
  preparedAction,
  preparedOutputs,
} from "./prepared.js";
export { deserializeError, serializeError } from "./serialized-error.js";
