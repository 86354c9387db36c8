import * as outputs from "./outputs/index.js";

export { isStreamingApp, type StreamingApp, streamingApp } from "./app.js";
export type { BackpressureOptions, PidGains, ResolvedBackpressure } from "./backpressure.js";
export {
  type ActionRunner,
  BatchBuilder,
  type BatchFacts,
  type BatchLineage,
  type BatchMemory,
  type BatchOutput,
  buildBatch,
  noActions,
} from "./batch-builder.js";
export { type BatchListener, tellAll } from "./batch-listener.js";
export type { BatchRecord, OutputRecord, StartedBatch } from "./batch-record.js";
export {
  type BatchSlice,
  DStream,
  type KeyUpdate,
  MapWithStateDStream,
  type SaveOptions,
  type ShuffleOptions,
  type StateOptions,
  type WindowOptions,
} from "./dstream.js";
export {
  isTimed,
  liveInputs,
  liveNodes,
  liveStateful,
  longSlides,
  type OutputNode,
  type StatefulSpec,
  type StaticSource,
  type StreamGraph,
  type StreamNode,
  type WindowSpec,
} from "./graph.js";
export type { OperatorOptions } from "./graph-builder.js";
export { inputIds } from "./input-ids.js";
export type {
  FileInput,
  InitialPosition,
  Input,
  QueueInput,
  ReceiverSpec,
  SocketDecoder,
  StreamInput,
} from "./inputs.js";
export {
  type BatchInfo,
  ListenerBus,
  type OutputOperationInfo,
  StatsReportListener,
  type StreamInputInfo,
  type StreamingListener,
} from "./listener/index.js";
export {
  type Master,
  type PastRdd,
  type ProgramBundle,
  type RunExtras,
  type RunRequest,
  type Runtime,
  registerMaster,
  type StoragePorts,
} from "./master.js";
export type { AppOptions, CatchUp, OnBatchFailure, ResolvedOptions } from "./options.js";
export { captureKept } from "./outputs/capture-kept.js";
export type {
  BodyContext,
  CapturedPartition,
  CaptureSink,
  CommittedOutput,
  ForeachBody,
  HadoopFormat,
  OutputContext,
  OutputOperation,
} from "./outputs/index.js";
export { Receiver, type ReceiverSupervisor } from "./receiver.js";
export type { ReceiverEvent, ReceiverInfo } from "./receiver-event.js";
export { rejectUnknown } from "./reject-unknown.js";
export { type Moment, momentAfter, rememberedAfter } from "./remember.js";
export { RetainedStreams, retentionOf } from "./retained.js";
export { type StateFunction, StateSpec } from "./state-spec.js";
export { StaticContext, type StaticFileOptions } from "./static-context.js";
export { StorageLevel } from "./storage-level.js";
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
