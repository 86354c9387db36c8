export { blocksAreTheStream } from "./blocks-are-the-stream.js";
export { chain } from "./chain.js";
export { completeness } from "./completeness.js";
export { nothingNeededIsDeleted, storageStaysSmall } from "./garbage.js";
export { outputsAreCommitted } from "./outputs-are-committed.js";
export { elementsAreFrozen, stateIsFrozen, stateIsTheFold } from "./state-is-the-fold.js";
