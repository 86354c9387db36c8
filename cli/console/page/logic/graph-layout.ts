/** Where the operators of a program are drawn; laid out by dagre. */
import { Graph, layout } from "@dagrejs/dagre";
import type { GraphView } from "../../../../shared/monitor/view.js";

export const NODE_WIDTH = 196;
export const NODE_HEIGHT = 62;
const MARGIN = 4;
/** Text gets no smaller than this share of its size. */
export const SMALLEST = 0.8;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** Upper left corners, by uid. */
  readonly nodes: ReadonlyMap<string, Point>;
  readonly edges: readonly { readonly from: string; readonly to: string; readonly points: readonly Point[] }[];
}

/** From left to right where that fits the width, if need be somewhat smaller, else from top to bottom. */
export function layoutWithin(graph: GraphView, width: number): GraphLayout {
  const across = layoutOf(graph, "LR");
  return across.width * SMALLEST <= width ? across : layoutOf(graph, "TB");
}

function layoutOf({ nodes }: GraphView, rankdir: "LR" | "TB"): GraphLayout {
  const graph = new Graph();
  graph.setGraph({ rankdir, nodesep: 16, ranksep: rankdir === "LR" ? 40 : 32, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { uid } of nodes) graph.setNode(uid, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const { uid, parents } of nodes) for (const parent of parents) graph.setEdge(parent, uid);
  layout(graph);
  const size = graph.graph() as { readonly width?: number; readonly height?: number };
  return {
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
    nodes: new Map(
      nodes.map(({ uid }) => {
        const { x = 0, y = 0 } = graph.node(uid) as Partial<Point>;
        return [uid, { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 }];
      }),
    ),
    edges: graph.edges().map((edge: { readonly v: string; readonly w: string }) => ({
      from: edge.v,
      to: edge.w,
      points: (graph.edge(edge) as { readonly points?: readonly Point[] }).points ?? [],
    })),
  };
}
