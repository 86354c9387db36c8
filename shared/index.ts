/** Sluice: Spark Streaming's model on serverless AWS and on your laptop. */
export { type Codec, registerCodec } from "./codec/index.js";
export {
  BadPairError,
  BatchFailedError,
  CheckpointError,
  CorruptDataError,
  DataLossError,
  DeploymentError,
  type ErrorDetails,
  ExecutorLostError,
  ExpiredIteratorError,
  FencedError,
  FileNotFoundError,
  IllegalArgumentError,
  IllegalStateError,
  NonDeterministicBodyError,
  NoRddError,
  NotSerializableError,
  OutputFailedError,
  type Retry,
  SluiceError,
  StreamNotFoundError,
  ThrottledError,
  UnknownOutcomeError,
  UserCodeError,
  ValueTooLargeError,
} from "./errors/index.js";
export type { LoadedProgram } from "./local/index.js";
export {
  Accumulator,
  type AccumulatorSpec,
  Broadcast,
  HashPartitioner,
  NumberAccumulator,
  type Partitioner,
  type PartitionOptions,
  RDD,
  type RddLike,
  type SortOptions,
  State,
  StaticRDD,
  type Stats,
  type WritableType,
} from "./rdd/index.js";
export {
  type AppOptions,
  type BackpressureOptions,
  type BatchInfo,
  type BatchSlice,
  type BodyContext,
  type CatchUp,
  type ContextOptions,
  type ContextState,
  DStream,
  type HadoopFormat,
  type KeyUpdate,
  MapWithStateDStream,
  type OnBatchFailure,
  type OutputOperationInfo,
  Receiver,
  type ReceiverInfo,
  type SaveOptions,
  type SocketDecoder,
  type StateFunction,
  type StateOptions,
  StateSpec,
  StaticContext,
  type StaticFileOptions,
  StatsReportListener,
  StorageLevel,
  type StreamInputInfo,
  type StreamingApp,
  StreamingContext,
  type StreamingListener,
  streamingApp,
  type WindowOptions,
} from "./streaming/index.js";
export { Duration, Interval, milliseconds, minutes, seconds, Time } from "./time/index.js";

import type { LoadedProgram } from "./local/index.js";
import { registerMaster } from "./streaming/index.js";
import type { Duration } from "./time/index.js";

// Local mode brings an embedded database: it is loaded when it is asked for, which on AWS is never.
registerMaster(/^local(?:\[(\d+|\*)\])?$/, "local, local[n] or local[*]", async (request) =>
  (await import("./local/index.js")).openLocalMaster(request),
);

/**
 * Bundles a program's file once, with everything it imports but `sluice` itself, and loads the bundle. The bundle's hash
 * is the code version.
 *
 * @param options.batchDuration the interval of the batches instead of the program's.
 * @throws {IllegalArgumentError} when there is no such file, it does not build (with the place), or its default export
 * is not a streaming application.
 * @example
 * const { app, bundle } = await loadProgram("examples/word-count.ts");
 * const ssc = await StreamingContext.getOrCreate(app, { master: "local[2]" }, { bundle });
 */
export async function loadProgram(
  file: string,
  options: { readonly batchDuration?: Duration } = {},
): Promise<LoadedProgram> {
  return (await import("./local/index.js")).loadProgram(file, options);
}
