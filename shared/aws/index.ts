/** The ports on AWS: Kinesis, S3, DynamoDB and Lambda by the AWS SDK. */

export {
  type AwsConfig,
  awsConfig,
  type Environment,
  type SchedulerConfig,
  schedulerConfig,
  streamNames,
} from "./aws-config.js";
export { awsExecutors, awsPorts, startSuccessor } from "./aws-ports.js";
export { type AwsClientOptions, type AwsClients, awsClients } from "./clients.js";
export { DynamoTable, type DynamoTableOptions } from "./dynamo-table.js";
export { InFlight } from "./in-flight.js";
export {
  IN_PLACE_BATCH_BYTES,
  IN_PLACE_INLINE_BYTES,
  InPlaceReads,
  isReadInPlace,
  MAX_IN_PLACE_BYTES,
  MAX_IN_PLACE_READS,
  mostBytesOf,
} from "./in-place-reads.js";
export { KinesisStreamSource, type KinesisStreamSourceOptions } from "./kinesis-stream-source.js";
export { LambdaInvoker, type LambdaInvokerOptions } from "./lambda-invoker.js";
export {
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  type MetricKey,
  type MetricSpec,
  type MetricUnitName,
} from "./metric-names.js";
export {
  type ReceiveOptions,
  type ReceivePorts,
  type ReceiverInput,
  receive,
  receiverInputs,
  runReceivers,
} from "./receive.js";
export { S3BlockStore, type S3BlockStoreOptions } from "./s3-block-store.js";
export { S3FileSystem } from "./s3-file-system.js";
export { type LogContext, StructuredConsole, type StructuredConsoleOptions } from "./structured-console.js";
export { type OperationUsage, type Usage, UsageMeter } from "./usage-meter.js";
