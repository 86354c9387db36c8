import { IllegalArgumentError } from "../errors/index.js";
import { liveStateful, type StreamGraph } from "./graph.js";

/** @throws {IllegalArgumentError} when the graph cannot be run. */
export function validateGraph(graph: StreamGraph, hasStorage: boolean): void {
  if (graph.outputs.length === 0) {
    throw new IllegalArgumentError(
      `"${graph.appName}" has no output operation, so there is nothing to execute: add one, for example print() or foreachRDD().`,
    );
  }
  const [stateful] = liveStateful(graph);
  if (stateful !== undefined && !hasStorage) {
    throw new IllegalArgumentError(
      `${stateful.uid} keeps state, which needs a checkpoint directory: set checkpointDirectory (--checkpoint DIR on the command line).`,
    );
  }
}
