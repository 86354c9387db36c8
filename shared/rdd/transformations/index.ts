export { cartesian } from "./cartesian.js";
export { coalesced } from "./coalesced.js";
export { cogrouped } from "./cogrouped.js";
export { joined, type Outer } from "./joined.js";
export { numbered, numberedUniquely } from "./numbered.js";
export { distinct, intersection, subtract } from "./sets.js";
export { sorted } from "./sorted.js";
export { pairwise, zippedPartitions } from "./zipped.js";
