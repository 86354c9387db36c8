import { type Input, liveNodes, type StreamGraph, type StreamNode } from "../streaming/index.js";
import { type GraphNodeView, type GraphView, VIEW_VERSION } from "./view.js";

/** The operators of a program on which some output depends, and its outputs; parents before children. */
export function graphView(graph: StreamGraph): GraphView {
  const outputs = graph.outputs.map(
    ({ uid, kind, parent }): GraphNodeView => ({
      uid,
      kind,
      role: "output",
      parents: [parent.uid],
      slide: parent.slide,
    }),
  );
  return { version: VIEW_VERSION, nodes: [...liveNodes(graph).map(nodeView), ...outputs] };
}

function nodeView({ uid, kind, parents, slide, input, stateful, window }: StreamNode): GraphNodeView {
  return {
    uid,
    kind,
    role: input ? "input" : stateful ? "stateful" : window ? "window" : "operator",
    parents: [...new Set(parents.map((parent) => parent.uid))],
    slide,
    source: input && sourceOf(input),
    windowLength: window?.length,
  };
}

function sourceOf(input: Input): string {
  switch (input.type) {
    case "stream":
      return input.receiver?.type === "socket" ? `${input.receiver.host}:${input.receiver.port}` : input.stream;
    case "files":
      return input.directory;
    case "queue":
      return "queue";
  }
}
