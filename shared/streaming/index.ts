import * as outputs from "./outputs/index.js";

export { isStreamingApp, type StreamingApp, streamingApp } from "./app.js";
export {
  type ActionRunner,
  BatchBuilder,
  type BatchFacts,
  type BatchOutput,
  buildBatch,
  noActions,
} from "./batch-builder.js";
export { DStream, type KeyUpdate, type ShuffleOptions, type StateOptions } from "./dstream.js";
export {
  liveInputs,
  liveStateful,
  type OutputNode,
  type StatefulSpec,
  type StreamGraph,
  type StreamNode,
} from "./graph.js";
export type { OperatorOptions } from "./graph-builder.js";
export type {
  FileInput,
  InitialPosition,
  Input,
  QueueInput,
  ReceiverSpec,
  SocketDecoder,
  StreamInput,
} from "./inputs.js";
export { type Master, type RunRequest, type Runtime, registerMaster } from "./master.js";
export { type AppOptions, type CatchUp, type OnBatchFailure, type ResolvedOptions, rejectUnknown } from "./options.js";
export type {
  BodyContext,
  CapturedPartition,
  CaptureSink,
  CommittedOutput,
  ForeachBody,
  OutputContext,
  OutputOperation,
} from "./outputs/index.js";
export { Receiver, type ReceiverSupervisor } from "./receiver.js";
export {
  type ContextOptions,
  type ContextState,
  type FileStreamOptions,
  type QueueStreamOptions,
  StreamingContext,
  type StreamOptions,
} from "./streaming-context.js";
export { validateGraph } from "./validate.js";
export { outputs };
