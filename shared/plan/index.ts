export { describeGraph, type InputDescription, type ProgramDescription } from "./describe-graph.js";
export { explainPlan } from "./explain.js";
export { explainGraph } from "./explain-graph.js";
export { planStages, type Stage, type StagePlan, type Target, type TaskPlan } from "./stages.js";
