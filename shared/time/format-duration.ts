import type { Duration } from "./duration.js";
import { halfUp } from "./half-up.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * A duration as the streaming page shows it: fewer digits than {@link Duration.prettyPrint}, for tables and charts.
 *
 * @example
 * formatDuration(milliseconds(250)); // "0.3 s"
 * formatDuration(seconds(59));       // "59 s"
 * formatDuration(minutes(10));       // "10 min"
 */
export function formatDuration({ milliseconds: ms }: Duration): string {
  if (ms < 100) return `${ms} ms`;
  if (ms < SECOND) return `${halfUp(ms, SECOND, 1)} s`;
  if (ms < MINUTE) return `${halfUp(ms, SECOND, 0)} s`;
  if (ms < 10 * MINUTE) return `${halfUp(ms, MINUTE, 1)} min`;
  if (ms < HOUR) return `${halfUp(ms, MINUTE, 0)} min`;
  return `${halfUp(ms, HOUR, 1)} h`;
}
