export { load } from "./data.js";
export { type ExecutorEnvironment, PreparedCache } from "./environment.js";
export { execute } from "./execute.js";
export { InProcessInvoker } from "./in-process-invoker.js";
export type {
  ActionRequest,
  CallOutcome,
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
  exchangePayloads,
  INLINE_PAYLOAD_BYTES,
  type PayloadEnvelope,
  type PayloadSender,
  packPayload,
  unpackPayload,
} from "./payload.js";
export {
  ACTION_TARGET,
  bodyRdd,
  type Capture,
  lineageKey,
  type Prepared,
  prepare,
  preparedAction,
  preparedBatch,
} from "./prepared.js";
export { callName } from "./replay.js";
export { deserializeError, serializeError } from "./serialized-error.js";
export { withVariables } from "./variables.js";
export { encodeRequest, RequestReader, type ThreadMessage, ThreadReceiver, ThreadSender } from "./wire.js";
