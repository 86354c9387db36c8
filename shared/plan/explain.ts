import type { RddNode } from "../rdd/index.js";
import type { Stage, StagePlan } from "./stages.js";

/**
 * The plan as text: the stages that each job (an output operation, an action) needs, and for each stage what is fused in
 * it and where it sends what. `#3` is an RDD's place in the lineage; after the arrow are those it is computed from.
 *
 * @example
 * // Job print-0 (stages 0 → 1)
 * // Stage 0: 2 tasks
 * //   input source [#0, 2 partitions]
 * //   ⇒ shuffle to reduceByKey-0 [#1, 3 partitions]
 * // Stage 1: 3 tasks after stage 0
 * //   reduceByKey-0 exchange [#1, 3 partitions] ← #0
 * //   reduceByKey-0 mergeCombiners [#2, 3 partitions] ← #1
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
