import type { FileSystem } from "../../ports/index.js";
import type { RDD, Sink, TaskInfo } from "../../rdd/index.js";

/** What an output operation will send for one partition: fixed before the commit, immutable after it. */
export interface CapturedPartition {
  /** The bytes that the operation's `capture` made, or `undefined` when it made none. */
  readonly load: () => Promise<Uint8Array | undefined>;
}

/** A batch of an output operation after its commit. */
export interface CommittedOutput {
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  /** Equal for all attempts at this batch of this operation, and different from all others. */
  readonly token: string;
  readonly partitions: readonly CapturedPartition[];
}

/** What an output operation may use when it runs. */
export interface OutputContext {
  readonly files: FileSystem;
  print(text: string): void;
  /** The captured partitions as an RDD on which actions can be run; `body` is called by the driver and replayed by executors. */
  runBody(body: ForeachBody): Promise<void>;
}

/** What a `foreachRDD` body gets besides RDD and time. */
export interface BodyContext {
  /**
   * Runs an effect of the body on the driver, once per committed batch short of a driver crash, which repeats it with
   * the same token; a body that is tried again gets the result of the first time. Executors that replay the body get the
   * recorded result, or an error of the same name, message and fields. The name must be unique in the body. An effect must
   * not call actions: call them before the step.
   */
  step<R>(name: string, effect: (token: string) => R | PromiseLike<R>): Promise<R>;
}

export type ForeachBody = (rdd: RDD<unknown>, time: number, context: BodyContext) => unknown;

/** A sink that ends in the bytes to keep; `undefined` when there is nothing worth keeping. */
export interface CaptureSink extends Sink {
  bytes(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

/**
 * An output operation: `capture` boils each partition down to what will be sent, on the executors and before the commit;
 * `run` sends it, on the driver and after the commit, as often as it takes. `run` must do the same again when called again.
 */
export interface OutputOperation {
  capture(task: TaskInfo, label: string): CaptureSink;
  run(committed: CommittedOutput, context: OutputContext): Promise<void>;
  /** Set for operations whose captured partitions are an RDD that a body of the user's works on. */
  readonly body?: ForeachBody;
}
