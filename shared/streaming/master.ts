import { IllegalArgumentError } from "../errors/index.js";
import type { Console, DriverPorts, PutEntry } from "../ports/index.js";
import type { StreamingApp } from "./app.js";
import type { BatchListener } from "./batch-listener.js";
import type { StreamGraph, StreamNode } from "./graph.js";

/** An RDD of an earlier batch. */
export interface PastRdd {
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  readonly partitions: readonly (readonly unknown[])[];
}

/** How a started application is run; made by a {@link Master}. */
export interface Runtime {
  /** Begins to run batches; resolves when the first tick is scheduled. */
  start(): Promise<void>;
  /** Ends it. Gracefully: receivers first, then all that was received is processed, within the stop time-out. */
  stop(gracefully: boolean): Promise<void>;
  /** Resolves when it has ended; rejects with the last reported error. */
  readonly terminated: Promise<void>;
  /** Batch time of the checkpoint it goes on from; `undefined` when it begins. */
  readonly recoveredFrom: number | undefined;
  /** Where messages go. */
  readonly console: Console;
  /** Appends records to a stream of this master. */
  put(stream: string, records: readonly PutEntry[]): Promise<void>;
  /** The stream's RDDs of the batch times `from <= time <= to` (epoch milliseconds), oldest first, as far as they are kept. */
  slice(node: StreamNode, from: number, to: number): Promise<readonly PastRdd[]>;
  /** True when it ends within so many milliseconds, false when not; rejects as `terminated` does. */
  terminatedWithin(millis: number): Promise<boolean>;
}

/** A program's file and the bundle made of it, for executors in other threads and processes. */
export interface ProgramBundle {
  readonly path: string;
  /** Hash of the bundle: the code version. */
  readonly version: string;
  /** The program's file, for messages. */
  readonly file: string;
  /** Interval of the batches instead of the program's, milliseconds. */
  readonly batchDuration: number | undefined;
}

/** All ports but the executors. */
export type StoragePorts = Omit<DriverPorts, "invoker">;

/** What only the command line and tests ask for. */
export interface RunExtras {
  readonly bundle?: ProgramBundle;
  /** End after so many batches. */
  readonly maxBatches?: number;
  /** Is told of every batch. */
  readonly listener?: BatchListener;
  /** Is shown the ports before anything is done with them, and may give others: that count, or listen to what is printed. */
  readonly ports?: (ports: StoragePorts) => StoragePorts;
}

/** What a master is asked to run. */
export interface RunRequest {
  readonly extras: RunExtras;
  readonly app: StreamingApp;
  readonly graph: StreamGraph;
  readonly master: string;
  readonly checkpointDirectory: string | undefined;
  /** Fail when there is no checkpoint yet. */
  readonly mustRecover: boolean;
  /** Set an unreadable checkpoint aside and start anew instead of failing. */
  readonly createOnError: boolean;
}

/** Opens what an application runs on; reads the checkpoint, runs nothing yet. */
export type Master = (request: RunRequest) => Promise<Runtime>;

const masters: { readonly pattern: RegExp; readonly syntax: string; readonly open: Master }[] = [];

/** Makes a kind of master known; done where implementations are put together. */
export function registerMaster(pattern: RegExp, syntax: string, open: Master): void {
  masters.push({ pattern, syntax, open });
}

/** @throws {IllegalArgumentError} for a master that is not known, listing those that are. */
export function findMaster(master: string): Master {
  const found = masters.find((candidate) => candidate.pattern.test(master));
  if (found !== undefined) return found.open;
  throw new IllegalArgumentError(
    `"${master}" is not a master: use ${masters.map((candidate) => candidate.syntax).join(", or ")}.`,
  );
}
