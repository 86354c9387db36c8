/** Sluice: Spark Streaming's model on serverless AWS and on your laptop. */
export { type Codec, registerCodec } from "./codec/index.js";
export {
  BadPairError,
  BatchFailedError,
  CheckpointError,
  CorruptDataError,
  DataLossError,
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
  UserCodeError,
  ValueTooLargeError,
} from "./errors/index.js";
export { type LoadedProgram, loadProgram } from "./local/index.js";
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
  type BodyContext,
  type ContextOptions,
  type ContextState,
  DStream,
  type HadoopFormat,
  type KeyUpdate,
  MapWithStateDStream,
  Receiver,
  type SaveOptions,
  type SocketDecoder,
  type StateFunction,
  type StateOptions,
  StateSpec,
  StaticContext,
  type StaticFileOptions,
  type StreamingApp,
  StreamingContext,
  streamingApp,
  type WindowOptions,
} from "./streaming/index.js";
export { Duration, Interval, milliseconds, minutes, seconds, Time } from "./time/index.js";

import { LOCAL_MASTER, openLocalMaster } from "./local/index.js";
import { registerMaster } from "./streaming/index.js";

registerMaster(LOCAL_MASTER, "local, local[n] or local[*]", openLocalMaster);
