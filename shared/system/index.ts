/** The machine itself: its clock, and names from its randomness. What local mode and AWS have in common. */
export { RandomIds } from "./random-ids.js";
export { SystemClock } from "./system-clock.js";
