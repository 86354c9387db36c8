/** What an application tells its listeners. Times are epoch milliseconds, delays milliseconds; what is not known yet is `undefined`. */
import type { Time } from "../../time/index.js";
import type { ReceiverInfo } from "../receiver-event.js";

/** What an input brought to a batch. */
export interface StreamInputInfo {
  /** Position among the application's inputs, in definition order. */
  readonly inputStreamId: number;
  /** 0 for files, whose lines are counted nowhere. */
  readonly numRecords: number;
  /** `Description` of what was read, where there is more to say than a number. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An output operation in a batch. */
export interface OutputOperationInfo {
  readonly batchTime: Time;
  /** Position among the application's output operations, in definition order. */
  readonly id: number;
  /** The operator's uid. */
  readonly name: string;
  readonly description: string;
  readonly startTime: number | undefined;
  readonly endTime: number | undefined;
  /** Why it was given up. */
  readonly failureReason: string | undefined;
  /** From start to end. */
  readonly duration: number | undefined;
}

/** A batch, as far as it has got. */
export interface BatchInfo {
  readonly batchTime: Time;
  /** By input; without queues, which count nothing. */
  readonly streamIdToInputInfo: ReadonlyMap<number, StreamInputInfo>;
  /** When the batch was due. */
  readonly submissionTime: number;
  readonly processingStartTime: number | undefined;
  /** When its last output operation was done. */
  readonly processingEndTime: number | undefined;
  /** By id. */
  readonly outputOperationInfos: ReadonlyMap<number, OutputOperationInfo>;
  /** From submission to start. */
  readonly schedulingDelay: number | undefined;
  /** From start to end. */
  readonly processingDelay: number | undefined;
  /** Both together. */
  readonly totalDelay: number | undefined;
  /** Records of all inputs together. */
  readonly numRecords: number;
}

/**
 * Is told what happens in an application. Callbacks run on the driver, between its steps: be quick, or do the work later.
 * What a callback throws is logged and changes nothing; it must not stop the context. Source: Spark's StreamingListener.
 *
 * @example
 * ssc.addStreamingListener({
 *   onBatchCompleted: ({ batchInfo }) => gauge.set(batchInfo.totalDelay ?? 0),
 * });
 */
export interface StreamingListener {
  onStreamingStarted?(event: { readonly time: number }): void;
  onReceiverStarted?(event: { readonly receiverInfo: ReceiverInfo }): void;
  onReceiverError?(event: { readonly receiverInfo: ReceiverInfo }): void;
  onReceiverStopped?(event: { readonly receiverInfo: ReceiverInfo }): void;
  /** The batch's records are known. */
  onBatchSubmitted?(event: { readonly batchInfo: BatchInfo }): void;
  onBatchStarted?(event: { readonly batchInfo: BatchInfo }): void;
  /** Its last output operation is done, or given up. */
  onBatchCompleted?(event: { readonly batchInfo: BatchInfo }): void;
  onOutputOperationStarted?(event: { readonly outputOperationInfo: OutputOperationInfo }): void;
  onOutputOperationCompleted?(event: { readonly outputOperationInfo: OutputOperationInfo }): void;
}
