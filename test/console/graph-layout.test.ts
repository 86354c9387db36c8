import { h, textOf } from "../../cli/console/page/dom/vnode.js";
import { layoutWithin, NODE_HEIGHT, NODE_WIDTH } from "../../cli/console/page/logic/graph-layout.js";
import { SyntheticSource } from "./synthetic-source.js";

const graph = new SyntheticSource({ batches: 0, from: 0 }).graph();

describe("the operator graph", () => {
  it.each([
    ["from left to right where there is room", 2000, "x", NODE_WIDTH],
    ["from top to bottom where there is none", 500, "y", NODE_HEIGHT],
  ] as const)("goes %s", (_, width, axis, size) => {
    const { nodes, edges, ...all } = layoutWithin(graph, width);
    expect(all.width).toBeLessThanOrEqual(width);
    for (const { uid, parents } of graph.nodes) {
      const node = nodes.get(uid);
      for (const parent of parents) expect(node?.[axis]).toBeGreaterThan((nodes.get(parent)?.[axis] ?? 0) + size);
    }
    expect(edges).toHaveLength(7);
    for (const { points } of edges) expect(points.length).toBeGreaterThanOrEqual(2);
  });

  it("has no two operators in one place", () => {
    const places = [...layoutWithin(graph, 2000).nodes.values()].map(({ x, y }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(graph.nodes.length);
  });
});

describe("h", () => {
  it("leaves out what is not there, and takes numbers for text", () => {
    const node = h("p", {}, "a ", 1, false, undefined, [" b", [h("em", {}, "<c>")]]);
    expect(node.children).toHaveLength(4);
    expect(textOf(node)).toBe("a 1 b<c>");
  });
});
