export { Duration } from "./duration.js";
export { milliseconds, minutes, seconds } from "./durations.js";
export { formatDuration } from "./format-duration.js";
export { Interval } from "./interval.js";
export { Time } from "./time.js";
