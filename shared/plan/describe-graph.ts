import { liveInputs, liveStateful, type ResolvedOptions, type StreamGraph } from "../streaming/index.js";

/** An input of a program, as far as a deployment has to know it. */
export type InputDescription =
  | {
      readonly uid: string;
      readonly type: "stream";
      /** Name of the stream in the program. */
      readonly stream: string;
      /** Who fills the stream, when the program itself says so; `undefined`: producers of somebody else's. */
      readonly receiver?: "socket" | "custom";
    }
  | { readonly uid: string; readonly type: "files"; readonly directory: string }
  | { readonly uid: string; readonly type: "queue" };

/** A program as plain data: what there must be for it to run. It survives JSON. */
export interface ProgramDescription {
  readonly name: string;
  readonly batchDurationMillis: number;
  /** Inputs that some output operation depends on, in definition order. */
  readonly inputs: readonly InputDescription[];
  /** Operators with keyed state. */
  readonly state: readonly { readonly uid: string; readonly kind: string }[];
  /** Output operations, and the stream each is on. */
  readonly outputs: readonly { readonly uid: string; readonly kind: string; readonly of: string }[];
  /** Files that are read as static data. */
  readonly files: readonly { readonly name: string; readonly path: string }[];
  /** The program's options, durations in milliseconds. */
  readonly options: ResolvedOptions;
}

/** Describes a program by the graph it built; nothing is received or run. */
export function describeGraph(graph: StreamGraph, options: ResolvedOptions): ProgramDescription {
  return {
    name: graph.appName,
    batchDurationMillis: graph.batchDuration,
    inputs: liveInputs(graph).map(({ uid, input }): InputDescription => {
      if (input.type === "queue") return { uid, type: "queue" };
      if (input.type === "files") return { uid, type: "files", directory: input.directory };
      const { stream, receiver } = input;
      return { uid, type: "stream", stream, ...(receiver && { receiver: receiver.type }) };
    }),
    state: liveStateful(graph).map(({ uid, kind }) => ({ uid, kind })),
    outputs: graph.outputs.map(({ uid, kind, parent }) => ({ uid, kind, of: parent.uid })),
    files: graph.statics.map(({ name, path }) => ({ name, path })),
    options,
  };
}
