import type { FileInfo } from "../ports/index.js";
import type { Receiver } from "./receiver.js";

/** Where a stream of the world begins to be read when the application runs for the first time. */
export type InitialPosition =
  | { readonly type: "trim-horizon" }
  | { readonly type: "latest" }
  | { readonly type: "at-timestamp"; readonly timestamp: number };

/** Built-in receivers are described, not made, because building a graph does no I/O. */
export type ReceiverSpec =
  | { readonly type: "socket"; readonly host: string; readonly port: number; readonly decoder?: SocketDecoder }
  | { readonly type: "custom"; readonly make: () => Receiver<unknown> };

/** Turns the bytes of one connection into records. */
export type SocketDecoder<T = unknown> = (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<T>;

/** Shards of a sharded log: a Kinesis stream, or a local stream that a receiver fills. */
export interface StreamInput {
  readonly type: "stream";
  readonly stream: string;
  /** Turns a record's data into an element; `undefined`: UTF-8 text. */
  readonly decode: ((data: Uint8Array) => unknown) | undefined;
  readonly initialPosition: InitialPosition;
  /** Who puts records into the stream, when it is this application itself. */
  readonly receiver: ReceiverSpec | undefined;
}

/** New files of a directory, as lines of text or as records of equal length. */
export interface FileInput {
  readonly type: "files";
  readonly directory: string;
  readonly filter: (file: FileInfo) => boolean;
  /** False: files that are there when the application starts for the first time are read too. */
  readonly newFilesOnly: boolean;
  /** Set when a file is not text but records of so many bytes each. */
  readonly recordBytes: number | undefined;
  /** A file is cut into at least this many partitions (small files into one). */
  readonly minPartitions: number | undefined;
}

/** Collections that the program itself holds, one a batch. */
export interface QueueInput {
  readonly type: "queue";
  /** Read by position: what is appended later is seen; nothing is removed. `null`: no RDD for that batch. */
  readonly queue: readonly (readonly unknown[] | null)[];
  readonly oneAtATime: boolean;
  /** What an exhausted queue gives; `undefined`: an empty collection. */
  readonly defaultValue: readonly unknown[] | undefined;
  readonly numPartitions: number | undefined;
}

export type Input = StreamInput | FileInput | QueueInput;
