/** The program as a graph of its operators, with what a batch sent through them; the slow and the failing one stand out. */
import { flowOf } from "../../../../shared/monitor/flow.js";
import type { BatchView, GraphNodeView, GraphView, NodeFlow } from "../../../../shared/monitor/view.js";
import { h, type VNode } from "../dom/vnode.js";
import { bytes, clock, count, counted, duration, interval, shortened } from "../logic/format.js";
import {
  type GraphLayout,
  layoutWithin,
  NODE_HEIGHT,
  NODE_WIDTH,
  type Point,
  SMALLEST,
} from "../logic/graph-layout.js";
import { section } from "./parts.js";

const IDLE: NodeFlow = { status: "idle" };
const MARKS: Readonly<Record<NodeFlow["status"], string>> = {
  idle: "",
  ok: "",
  running: "▶ running",
  slow: "⚠ slow",
  failed: "✕ failed",
};

export class GraphPanel {
  #layout: { readonly of: GraphView; readonly width: number; readonly layout: GraphLayout } | undefined;

  /** @param width there is for it, pixels. */
  view(graph: GraphView, batch: BatchView | undefined, batchDuration: number, width: number): VNode {
    const about =
      batch === undefined
        ? "What each batch goes through."
        : `What batch ${clock(batch.time)} sent through: read by inputs, time of the stage that did the work, state kept.`;
    if (graph.nodes.length === 0) {
      return section(
        "graph",
        "Operators",
        "The program itself is not known here.",
        h("p", { class: "empty" }, "No graph."),
      );
    }
    const flows = batch === undefined ? {} : flowOf(graph, batch, batchDuration);
    const { nodes, edges, width: w, height } = this.#layoutOf(graph, width);
    return section(
      "graph",
      "Operators",
      about,
      h(
        "div",
        { class: "scroll graph", tabindex: 0, role: "region", "aria-label": "Operator graph" },
        h(
          "svg",
          {
            width: Math.min(w, Math.max(width, w * SMALLEST)),
            viewBox: `0 0 ${w} ${height}`,
            role: "list",
            "aria-label": "Operators",
          },
          edges.map(({ from, to, points }) =>
            h(
              "g",
              { key: `${from} ${to}`, "aria-hidden": "true" },
              h("path", { class: isFlowing(flows[from]) ? "edge edge-flowing" : "edge", d: pathOf(points) }),
            ),
          ),
          graph.nodes.map((node) => nodeView(node, flows[node.uid] ?? IDLE, nodes.get(node.uid) ?? { x: 0, y: 0 })),
        ),
      ),
    );
  }

  #layoutOf(graph: GraphView, width: number): GraphLayout {
    if (this.#layout?.of !== graph || this.#layout.width !== width) {
      this.#layout = { of: graph, width, layout: layoutWithin(graph, width) };
    }
    return this.#layout.layout;
  }
}

function nodeView(node: GraphNodeView, flow: NodeFlow, { x, y }: Point): VNode {
  const { uid, kind, role } = node;
  const facts = factsOf(node, flow);
  const mark = MARKS[flow.status];
  const label = [kind, uid === kind ? "" : uid, role, mark, facts].filter(Boolean).join(", ");
  return h(
    "g",
    {
      key: uid,
      role: "listitem",
      "aria-label": label,
      class: `node node-${role} flow-${flow.status}`,
      transform: `translate(${x} ${y})`,
    },
    h(
      "title",
      {},
      [label, node.source && `reads ${node.source}`, `an RDD every ${interval(node.slide)}`].filter(Boolean).join("\n"),
    ),
    h("rect", { width: NODE_WIDTH, height: NODE_HEIGHT, rx: 6 }),
    h("rect", { class: "node-edge", width: 4, height: NODE_HEIGHT, rx: 2 }),
    h("text", { x: 12, y: 19, class: "node-kind" }, shortened(kind, mark === "" ? 22 : 14)),
    h("text", { x: NODE_WIDTH - 8, y: 19, class: "node-mark", "text-anchor": "end" }, mark),
    h("text", { x: 12, y: 36, class: "node-uid" }, shortened(node.source ?? uid, 26)),
    h("text", { x: 12, y: 53, class: "node-facts" }, shortened(facts, 29)),
  );
}

function factsOf({ windowLength, slide }: GraphNodeView, flow: NodeFlow): string {
  const facts = [
    flow.records !== undefined && counted(flow.records, "record"),
    flow.bytes !== undefined && bytes(flow.bytes),
    flow.keys !== undefined && `${count(flow.keys)} keys`,
    flow.stateBytes !== undefined && bytes(flow.stateBytes),
    flow.millis !== undefined && duration(flow.millis),
    windowLength !== undefined && `${interval(windowLength)} every ${interval(slide)}`,
    flow.tasks !== undefined &&
      flow.bytes === undefined &&
      flow.keys === undefined &&
      windowLength === undefined &&
      counted(flow.tasks, "task"),
  ];
  return facts.filter(Boolean).join(" · ");
}

function isFlowing(flow: NodeFlow | undefined): boolean {
  return flow !== undefined && flow.status !== "idle" && flow.records !== 0;
}

function pathOf(points: readonly Point[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join(" ");
}
