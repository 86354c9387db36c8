export { Accumulator, type AccumulatorSpec, collectionAccumulator, NumberAccumulator } from "./accumulator.js";
export { Broadcast, type EncodedValue } from "./broadcast.js";
export { asReplay, endAllScopes, inScope, type ScopeRole, type VariableScope } from "./scope.js";
export { countUpdates, mergeUpdates, type Updates } from "./updates.js";
