/** Answers of Spark's REST API for streaming, with its field names and its dates. Source: Spark's ApiStreamingRootResource. */
import type { MonitorSource } from "./source.js";
import type { AppView, BatchSummary, BatchView, OutputView, ReceiverView } from "./view.js";

/** What Spark calls a batch that has not ended otherwise than by its end. */
export type SparkStatus = "COMPLETED" | "QUEUED" | "PROCESSING";

const STATUS = {
  queued: "QUEUED",
  processing: "PROCESSING",
  completed: "COMPLETED",
  // Spark knows no other end.
  failed: "COMPLETED",
} as const satisfies Record<BatchSummary["status"], SparkStatus>;

export function sparkStatus({ status }: Pick<BatchSummary, "status">): SparkStatus {
  return STATUS[status];
}

export function statistics(source: MonitorSource): object {
  const app = source.app();
  const batches = source.batches();
  const ended = batches.filter((batch) => sparkStatus(batch) === "COMPLETED");
  return {
    startTime: date(app.startedAt),
    batchDuration: app.batchDuration,
    numReceivers: app.receivers.length,
    numActiveReceivers: app.receivers.filter(({ active }) => active).length,
    numInactiveReceivers: app.receivers.filter(({ active }) => !active).length,
    numTotalCompletedBatches: app.batches.completed + app.batches.failed,
    numRetainedCompletedBatches: ended.length,
    numActiveBatches: batches.length - ended.length,
    numProcessedRecords: app.processedRecords,
    numReceivedRecords: app.records,
    avgInputRate: mean(ended.map(({ inputRate }) => inputRate)),
    avgSchedulingDelay: wholeMean(ended.map(({ schedulingDelay }) => schedulingDelay)),
    avgProcessingTime: wholeMean(ended.map(({ processingTime }) => processingTime)),
    avgTotalDelay: wholeMean(ended.map(({ totalDelay }) => totalDelay)),
  };
}

export function receiver(view: ReceiverView): object {
  const { streamId, streamName, active, executorId, location, lastErrorTime, lastErrorMessage, lastError } = view;
  return {
    streamId,
    streamName,
    isActive: active,
    executorId,
    executorHost: location,
    lastErrorTime: date(lastErrorTime),
    lastErrorMessage,
    lastError,
  };
}

export function batchInfo(batch: BatchSummary, { batchDuration }: Pick<AppView, "batchDuration">): object {
  return {
    batchId: batch.time,
    batchTime: date(batch.time),
    status: sparkStatus(batch),
    batchDuration,
    inputSize: batch.records,
    schedulingDelay: batch.schedulingDelay,
    processingTime: batch.processingTime,
    totalDelay: batch.totalDelay,
    numActiveOutputOps: batch.status === "processing" && batch.startedAt !== undefined ? pending(batch) : 0,
    numCompletedOutputOps: batch.outputsDone,
    numFailedOutputOps: batch.status === "failed" ? pending(batch) : 0,
    numTotalOutputOps: batch.outputs,
    firstFailureReason: batch.error,
  };
}

export function operation({ id, uid, kind, error, startedAt, endedAt, duration }: OutputView): object {
  return {
    outputOpId: id,
    name: uid,
    description: kind,
    startTime: date(startedAt),
    endTime: date(endedAt),
    duration,
    failureReason: error?.message,
    jobIds: [],
  };
}

export function operations(batch: BatchView): readonly object[] {
  return batch.outputOperations.map(operation);
}

/** As Spark writes dates: `2015-04-10T18:00:00.000GMT`. */
function date(millis: number | undefined): string | undefined {
  return millis === undefined ? undefined : new Date(millis).toISOString().replace("Z", "GMT");
}

function pending({ outputs, outputsDone }: BatchSummary): number {
  return outputs - outputsDone;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function wholeMean(values: readonly (number | undefined)[]): number | undefined {
  const average = mean(values.filter((value) => value !== undefined));
  return average === undefined ? undefined : Math.trunc(average);
}
