import type { InputRecord } from "../../checkpoint/index.js";
import { Time } from "../../time/index.js";
import type { OutputRecord, StartedBatch } from "../batch-record.js";
import type { BatchInfo, OutputOperationInfo, StreamInputInfo } from "./streaming-listener.js";

/** How far a batch has got; turns what the driver tells into what listeners see. */
export class BatchProgress {
  readonly #batch: StartedBatch;
  readonly #outputs: Map<number, OutputOperationInfo>;
  #startedAt: number | undefined;
  #endedAt: number | undefined;

  constructor(batch: StartedBatch) {
    this.#batch = batch;
    this.#outputs = new Map(batch.outputs.map((output) => [output.id, outputInfo(output, {})]));
  }

  start(at: number): void {
    this.#startedAt = at;
  }

  outputStarted(output: OutputRecord, at: number): OutputOperationInfo {
    return this.#set(output, outputInfo(output, { startTime: at }));
  }

  outputCompleted(output: OutputRecord, at: number, error: Error | undefined): OutputOperationInfo {
    const startTime = this.#outputs.get(output.id)?.startTime;
    return this.#set(output, outputInfo(output, { startTime, endTime: at, failureReason: error?.message }));
  }

  /** The stages failed, so none of the outputs ran. */
  failed(error: Error): void {
    for (const output of this.#batch.outputs) this.#set(output, outputInfo(output, { failureReason: error.message }));
  }

  end(at: number): void {
    this.#endedAt = at;
  }

  get info(): BatchInfo {
    const { time, inputs, submittedAt } = this.#batch;
    const schedulingDelay = difference(submittedAt, this.#startedAt);
    const processingDelay = difference(this.#startedAt, this.#endedAt);
    const counted = inputs.filter(({ type }) => type !== "queue").map(inputInfo);
    return {
      batchTime: new Time(time),
      streamIdToInputInfo: new Map(counted.map((info) => [info.inputStreamId, info])),
      submissionTime: submittedAt,
      processingStartTime: this.#startedAt,
      processingEndTime: this.#endedAt,
      outputOperationInfos: new Map(this.#outputs),
      schedulingDelay,
      processingDelay,
      totalDelay:
        schedulingDelay === undefined || processingDelay === undefined ? undefined : schedulingDelay + processingDelay,
      numRecords: counted.reduce((sum, { numRecords }) => sum + numRecords, 0),
    };
  }

  #set(output: OutputRecord, info: OutputOperationInfo): OutputOperationInfo {
    this.#outputs.set(output.id, info);
    return info;
  }
}

/** Of an operation whose batch is not known: one that an earlier process owed. */
export function outputInfo(
  { time, id, uid, kind }: OutputRecord,
  { startTime, endTime, failureReason }: Partial<Pick<OutputOperationInfo, "startTime" | "endTime" | "failureReason">>,
): OutputOperationInfo {
  return {
    batchTime: new Time(time),
    id,
    name: uid,
    description: kind,
    startTime,
    endTime,
    failureReason,
    duration: difference(startTime, endTime),
  };
}

function inputInfo({ id, records, files }: InputRecord): StreamInputInfo {
  const metadata: Record<string, string> = files.length === 0 ? {} : { Description: files.join("\n") };
  return { inputStreamId: id, numRecords: records, metadata };
}

/** Clocks may be set back; delays are never negative. */
function difference(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from);
}
