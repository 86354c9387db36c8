/** What driver and executors say to each other: plain data of the value codec, whatever carries it. */
import type { RecordBlockHeader, ShardPosition } from "../checkpoint/index.js";
import type { DataRef, KeptPiece, PartitionSource, Updates } from "../rdd/index.js";
import type { StateCounts, StateMeta, StatePartitionMeta } from "../state/index.js";
import type { BatchFacts } from "../streaming/index.js";

/** A call that a `foreachRDD` or `transform` body made, in call order. */
export interface RecordedCall {
  /** What was called on what, see `callName`; or `step <name>`. */
  readonly name: string;
  /** Absent while the call was still running. */
  readonly outcome?: CallOutcome;
}

/** How a call ended, and when: a body that makes several calls at a time goes on in the order in which they end. */
export interface CallOutcome {
  /** Encoded, so that the value arrives whatever carries the message; or what it failed with. */
  readonly result: { readonly value: Uint8Array } | { readonly error: SerializedError };
  /** How many calls the body had made by then. */
  readonly after: number;
  /** How many calls had ended before. */
  readonly order: number;
}

/** Which lineage a request speaks of. All that is needed to build it again from the program. */
export interface LineageRequest {
  /** Unique name of the plan, or of one attempt at a body. */
  readonly plan: string;
  /** Beginning of the idempotency tokens of effects: the same for all attempts. */
  readonly token: string;
  readonly facts: BatchFacts;
  /** By owner uid: calls made by `transform` bodies while the batch's lineage was built. */
  readonly transformCalls: Readonly<Record<string, readonly RecordedCall[]>>;
  /** The lineage of one action instead of the batch's outputs. */
  readonly action?: ActionRequest;
}

export interface ActionRequest {
  /** Uid of the output operation or `transform` whose body calls the action. */
  readonly owner: string;
  /** Position of the call among the body's calls. */
  readonly call: number;
  /** What the driver's run of the body called there. */
  readonly name: string;
  /** For `foreachRDD`: the RDD handed to the body, and the calls it made before. */
  readonly output?: { readonly sources: readonly PartitionSource[]; readonly calls: readonly RecordedCall[] };
}

/** Tasks of one stage. */
export interface StageWork {
  readonly stage: number;
  readonly tasks: readonly number[];
}

/** By exchange id, by reduce partition: what the map tasks made for it, in map order. */
export type ExchangeInputs = Readonly<Record<string, Readonly<Record<string, readonly DataRef[]>>>>;

/** By node id, by partition. */
export type PartitionData = Readonly<Record<string, Readonly<Record<string, DataRef | undefined>>>>;

/** Run tasks; several stages mean that they are all there is of the plan, and shuffle inside the call. */
export interface RunRequest {
  readonly type: "run";
  readonly job: string;
  readonly codeVersion: string;
  readonly lineage: LineageRequest;
  /** Of the plan that the driver made: executors must come to the same. */
  readonly signature: number;
  readonly work: readonly StageWork[];
  readonly exchanges: ExchangeInputs;
  readonly handedOver: PartitionData;
  readonly state: Readonly<Record<string, StateMeta>>;
}

/** Counts of one run, for metrics. */
export interface RunStats {
  readonly tasks: number;
  readonly shuffleBytes: number;
  /** By operator uid. */
  readonly stateChanges: Readonly<Record<string, StateCounts>>;
}

export interface RunResult {
  /** By exchange id, by map partition: one part a reduce partition, `undefined` for empty ones. */
  readonly exchanges: Readonly<Record<string, Readonly<Record<string, readonly (DataRef | undefined)[]>>>>;
  readonly handedOver: PartitionData;
  /** By target id, by partition. */
  readonly captured: PartitionData;
  /** By stream uid: what later batches need of this one. */
  readonly kept: Readonly<Record<string, KeptPiece>>;
  /** By operator uid, by partition. */
  readonly state: Readonly<Record<string, Readonly<Record<string, StatePartitionMeta>>>>;
  /** What was added to accumulators, by name. */
  readonly updates: Updates;
  readonly stats: RunStats;
}

/** Read a shard into the batch's block, or adopt the block that was claimed before. */
export interface ReadShardRequest {
  readonly type: "read-shard";
  readonly block: string;
  readonly stream: string;
  readonly shard: string;
  readonly position: ShardPosition;
  /** Arrival time before which records belong to the batch, epoch milliseconds. */
  readonly until: number;
  readonly maxRecords: number;
  /** True when the batch has just been planned, so that there is no block to be adopted yet: looking for it would cost a round trip. */
  readonly fresh: boolean;
}

export interface ReadShardResult {
  readonly header: RecordBlockHeader;
  /** The payload: inline where it is at hand and small enough to travel. */
  readonly payload: DataRef;
}

export type ExecutorRequest = RunRequest | ReadShardRequest;

/** Failures travel as data, because a function error would lose their structure. */
export interface FailureReply {
  readonly ok: false;
  readonly error: SerializedError;
}

export type ExecutorReply<R = RunResult | ReadShardResult> = { readonly ok: true; readonly result: R } | FailureReply;

export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly retry: string | undefined;
  /** Details of ours; fields of others. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly cause: SerializedError | undefined;
}
