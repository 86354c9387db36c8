import { parentsOf, type RddNode } from "./lineage.js";

/** An RDD's lineage, one line a step, children above parents; `+-` marks where elements move between partitions. */
export function debugString(node: RddNode): string {
  const seen = new Set<RddNode>();
  const lines: string[] = [];
  const visit = (at: RddNode, indent: string, mark: string): void => {
    const again = seen.has(at);
    seen.add(at);
    lines.push(`${indent}${mark}(${at.numPartitions}) ${at.label} [${describe(at)} ${at.id}]${again ? " ..." : ""}`);
    if (again) return;
    const moves = at.kind === "exchange";
    for (const parent of parentsOf(at))
      visit(parent, moves || mark !== "" ? `${indent}   ` : `${indent} `, moves ? "+-" : "");
  };
  visit(node, "", "");
  return lines.join("\n");
}

function describe(node: RddNode): string {
  switch (node.kind) {
    case "narrow":
    case "zip":
    case "state":
      return node.operator.name;
    case "exchange":
      return node.mode.type === "keyed" ? "shuffle by key" : "shuffle evenly";
    default:
      return node.kind;
  }
}
