import { oncePerGraph } from "./graph.js";

/** By uid: positions of the inputs among all inputs, in definition order, as Spark numbers its input streams. */
export const inputIds = oncePerGraph(
  (graph): ReadonlyMap<string, number> =>
    new Map(graph.nodes.filter((node) => node.input !== undefined).map((node, id) => [node.uid, id])),
);
