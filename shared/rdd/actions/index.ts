export type { Action, ActionSink, EffectContext } from "./action.js";
export { aggregate, count, reduce } from "./aggregate.js";
export { collect, take } from "./collect.js";
export { foreach, foreachPartition } from "./for-each.js";
export { saveAsObjectFile } from "./save-as-object-file.js";
export { partFile, saveAsTextFile, textOf } from "./save-as-text-file.js";
export { type Stats, stats } from "./stats.js";
export { takeOrdered } from "./take-ordered.js";
export { takeSample } from "./take-sample.js";
