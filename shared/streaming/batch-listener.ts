/**
 * What the driver and the receivers tell while an application runs. Everything that shows batches (listeners, the command
 * line, the console, metrics) is fed from here.
 */
import type { BatchStats } from "../checkpoint/index.js";
import type { BatchRecord, OutputRecord, StartedBatch } from "./batch-record.js";
import type { ReceiverEvent } from "./receiver-event.js";

/** Called on the driver, in the order in which things happen. What a call throws is reported and changes nothing. */
export interface BatchListener {
  /** The driver begins; epoch milliseconds. */
  onStarted?(at: number): void;
  onBatchStarted?(batch: StartedBatch): void;
  /** A batch has been committed, or with `error` passed over. */
  onBatchCommitted?(record: BatchRecord): void;
  /** A batch failed and halts the application; it is not committed. The last argument says what of it ran. */
  onBatchFailed?(time: number, at: number, error: Error, stats: BatchStats): void;
  onOutputStarted?(output: OutputRecord, at: number): void;
  /** It failed, and is tried again. */
  onOutputRetried?(output: OutputRecord, at: number, error: Error): void;
  /** It is done, or with `error` given up. */
  onOutputCompleted?(output: OutputRecord, at: number, error: Error | undefined): void;
  /** All output operations of a batch are done. */
  onOutputsCompleted?(time: number, at: number): void;
  /** An output operation was given up, which halts the application; those after it have not run. */
  onOutputsFailed?(time: number, at: number, error: Error): void;
  /** Most records per second that inputs may bring from now on, by uid; only inputs with a limit are in it. */
  onRatesChanged?(rates: ReadonlyMap<string, number>): void;
  onReceiver?(event: ReceiverEvent): void;
}

const EVENTS = [
  "onStarted",
  "onBatchStarted",
  "onBatchCommitted",
  "onBatchFailed",
  "onOutputStarted",
  "onOutputRetried",
  "onOutputCompleted",
  "onOutputsCompleted",
  "onOutputsFailed",
  "onRatesChanged",
  "onReceiver",
] as const satisfies readonly (keyof BatchListener)[];

/** One listener that tells all of them. Each is told whatever the others throw; the first error is thrown after that. */
export function tellAll(listeners: readonly (BatchListener | undefined)[]): BatchListener {
  const tell = (event: keyof BatchListener, args: readonly unknown[]): void => {
    const errors: unknown[] = [];
    for (const listener of listeners) {
      try {
        (listener?.[event] as ((...args: readonly unknown[]) => void) | undefined)?.apply(listener, [...args]);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  };
  return Object.fromEntries(EVENTS.map((event) => [event, (...args: unknown[]) => tell(event, args)]));
}
