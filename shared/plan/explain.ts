import type { RddNode } from "../rdd/index.js";
import type { Stage, StagePlan } from "./stages.js";

/**
 * The plan as text, one job an output operation: which stages it needs, what is fused in each, where data is shuffled.
 *
 * @example
 * // Job print-0 (stages 0 → 1)
 * //   Stage 1: 2 tasks ← stage 0
 * //     print-0 ⇐ reduceByKey-0 mergeCombiners ← reduceByKey-0 shuffle
 * //   Stage 0: 2 tasks
 * //     mapToPair-0 ← flatMap-0 ← socketTextStream-0
 */
export function explainPlan(plan: StagePlan): string {
  const lines: string[] = [];
  for (const target of plan.targets) {
    const stages = neededBy(plan, plan.stageOf(target.node));
    lines.push(`Job ${target.id} (${stages.length === 1 ? "stage" : "stages"} ${stages.map((s) => s.id).join(" → ")})`);
  }
  for (const stage of plan.stages) {
    const before = stage.dependsOn.length === 0 ? "" : ` after stage ${stage.dependsOn.join(", ")}`;
    lines.push(`Stage ${stage.id}: ${stage.tasks.length} ${stage.tasks.length === 1 ? "task" : "tasks"}${before}`);
    for (const node of stage.nodes) lines.push(`  ${describe(node, plan)}`);
    for (const exchange of stage.writes)
      lines.push(`  ⇒ shuffle to ${exchange.label} [#${exchange.id}, ${exchange.numPartitions} partitions]`);
  }
  return lines.join("\n");
}

function neededBy(plan: StagePlan, stage: Stage): readonly Stage[] {
  const needed = new Set<Stage>();
  const visit = (s: Stage): void => {
    for (const id of s.dependsOn) visit(plan.stages[id] as Stage);
    needed.add(s);
  };
  visit(stage);
  return [...needed];
}

function describe(node: RddNode, plan: StagePlan): string {
  const name = node.kind === "narrow" || node.kind === "zip" || node.kind === "state" ? node.operator.name : node.kind;
  const from = parentIds(node);
  const notes = [`#${node.id}`, `${node.numPartitions} partitions`];
  if (plan.handedOver.has(node)) notes.push("handed over");
  return `${node.label} ${name} [${notes.join(", ")}]${from.length === 0 ? "" : ` ← ${from.map((id) => `#${id}`).join(", ")}`}`;
}

function parentIds(node: RddNode): readonly number[] {
  switch (node.kind) {
    case "source":
      return [];
    case "union":
    case "zip":
      return node.parents.map((parent) => parent.id);
    default:
      return node.parent === undefined ? [] : [node.parent.id];
  }
}
