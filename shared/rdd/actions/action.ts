import type { Sink } from "../sink.js";
import type { TaskInfo } from "../task-info.js";

/** Receives one partition on an executor and boils it down to a value that travels back to the driver. */
export interface ActionSink extends Sink {
  /** Called after `end()`; may be asynchronous where the action has effects. */
  result(): unknown;
}

/** Where effects of an action's task belong: the same for every attempt at it. */
export interface EffectContext {
  /** Batch time, epoch milliseconds. */
  readonly batchTime: number;
  /** Index of the partition. */
  readonly partition: number;
  /** Idempotency token: equal for all attempts at this partition of this action, and different from all others. */
  readonly token: string;
  /** Creates a file, whole or not at all, if it is not there yet. */
  putFileIfAbsent(path: string, bytes: Uint8Array): Promise<void>;
}

/** An action: executors make one partial result a partition, the driver makes the final one of them in partition order. */
export interface Action<R = unknown> {
  readonly name: string;
  start(task: TaskInfo, label: string, effects: EffectContext): ActionSink;
  merge(partials: readonly unknown[]): R;
}
