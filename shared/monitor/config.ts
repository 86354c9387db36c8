import type { ResolvedOptions } from "../streaming/index.js";
import type { AppView } from "./view.js";

/** A program's options as they are shown. */
export function describeOptions(options: ResolvedOptions): AppView["config"] {
  const { batchDuration, gracefulStopTimeout, idleTimeout, backpressure, ...plain } = options;
  const known: readonly (readonly [string, unknown])[] = [
    ["batchDuration", `${batchDuration} ms`],
    ...Object.entries(plain),
    ["backpressure", backpressure],
    ["gracefulStopTimeout", `${gracefulStopTimeout} ms`],
    ["idleTimeout", idleTimeout && `${idleTimeout} ms`],
  ];
  return known.map(([name, value]) => ({ name, value: shown(value) }));
}

function shown(value: unknown): string {
  if (value === undefined) return "default";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
