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
export { HashPartitioner, type Partitioner, RDD } from "./rdd/index.js";
export {
  type BodyContext,
  type ContextOptions,
  type ContextState,
  DStream,
  type KeyUpdate,
  Receiver,
  type SocketDecoder,
  type StateOptions,
  type StreamingApp,
  StreamingContext,
  streamingApp,
} from "./streaming/index.js";
export { Duration, Interval, milliseconds, minutes, seconds, Time } from "./time/index.js";
