import { IllegalStateError } from "../../errors/index.js";
import type { Console } from "../../ports/index.js";
import type { BatchListener } from "../batch-listener.js";
import type { BatchRecord, OutputRecord, StartedBatch } from "../batch-record.js";
import type { ReceiverEvent } from "../receiver-event.js";
import { BatchProgress, outputInfo } from "./batch-progress.js";
import type { StreamingListener } from "./streaming-listener.js";

type EventName = keyof StreamingListener;
type Event<N extends EventName> = Parameters<NonNullable<StreamingListener[N]>>[0];

/**
 * Tells a context's listeners what the driver and the receivers report.
 *
 * 1. Every listener is told everything from when it was added until it is removed, in the order of events.
 * 2. What a callback throws, or its promise rejects with, is logged; the others are told all the same.
 * 3. After {@link close} nobody is told anything.
 */
export class ListenerBus implements BatchListener {
  readonly #listeners: StreamingListener[] = [];
  readonly #batches = new Map<number, BatchProgress>();
  /** Known once the application runs somewhere. */
  #console: Console | undefined;
  /** Depth of callbacks that are being called right now. */
  #calling = 0;
  #isClosed = false;

  add(listener: StreamingListener): void {
    this.#listeners.push(listener);
  }

  remove(listener: StreamingListener): void {
    const index = this.#listeners.indexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
  }

  /** From here on messages go there. */
  attach(console: Console): void {
    this.#console = console;
  }

  close(): void {
    this.#isClosed = true;
  }

  print(text: string): void {
    this.#console?.print(text);
  }

  /** @throws {IllegalStateError} while a callback is being called. */
  assertOutside(what: string): void {
    if (this.#calling === 0) return;
    throw new IllegalStateError(`Cannot ${what} the context within a listener's callback: do it after the callback.`);
  }

  onStarted(time: number): void {
    this.#post("onStreamingStarted", { time });
  }

  /** A batch without work is not one that anybody hears of. */
  onBatchStarted(batch: StartedBatch): void {
    if (batch.outputs.length === 0) return;
    const progress = new BatchProgress(batch);
    this.#batches.set(batch.time, progress);
    this.#post("onBatchSubmitted", { batchInfo: progress.info });
    progress.start(batch.startedAt);
    this.#post("onBatchStarted", { batchInfo: progress.info });
  }

  onBatchCommitted({ time, committedAt, error }: BatchRecord): void {
    if (error !== undefined) this.onBatchFailed(time, committedAt, error);
  }

  onBatchFailed(time: number, at: number, error: Error): void {
    this.#batches.get(time)?.failed(error);
    this.#complete(time, at);
  }

  onOutputStarted(output: OutputRecord, at: number): void {
    const info = this.#batches.get(output.time)?.outputStarted(output, at) ?? outputInfo(output, { startTime: at });
    this.#post("onOutputOperationStarted", { outputOperationInfo: info });
  }

  onOutputCompleted(output: OutputRecord, at: number, error: Error | undefined): void {
    const info =
      this.#batches.get(output.time)?.outputCompleted(output, at, error) ??
      outputInfo(output, { endTime: at, failureReason: error?.message });
    this.#post("onOutputOperationCompleted", { outputOperationInfo: info });
  }

  onOutputsCompleted(time: number, at: number): void {
    this.#complete(time, at);
  }

  onOutputsFailed(time: number, at: number): void {
    this.#complete(time, at);
  }

  onReceiver({ type, receiver }: ReceiverEvent): void {
    const names = { started: "onReceiverStarted", error: "onReceiverError", stopped: "onReceiverStopped" } as const;
    this.#post(names[type], { receiverInfo: receiver });
  }

  #complete(time: number, at: number): void {
    const progress = this.#batches.get(time);
    if (progress === undefined) return;
    this.#batches.delete(time);
    progress.end(at);
    this.#post("onBatchCompleted", { batchInfo: progress.info });
  }

  #post<N extends EventName>(name: N, event: Event<N>): void {
    if (this.#isClosed) return;
    for (const listener of [...this.#listeners]) this.#call(listener, name, event);
  }

  #call<N extends EventName>(listener: StreamingListener, name: N, event: Event<N>): void {
    const failed = (error: unknown) =>
      this.#console?.log("error", `A listener failed in ${name}: ${String(error)}`, { error });
    this.#calling += 1;
    try {
      const returned: unknown = (listener[name] as ((event: Event<N>) => unknown) | undefined)?.call(listener, event);
      if (returned instanceof Promise) returned.catch(failed);
    } catch (error) {
      failed(error);
    } finally {
      this.#calling -= 1;
    }
  }
}
