import { IllegalArgumentError } from "../errors/index.js";
import { rejectUnknown } from "./reject-unknown.js";

/** How the rate estimator reacts. Source: Spark's PID rate estimator, with its default values. */
export interface PidGains {
  /** How strongly a rate above the processing speed is corrected; at least 0. */
  readonly proportional: number;
  /** How strongly a backlog of waiting batches is worked off; at least 0. */
  readonly integral: number;
  /** How strongly a change of the error counts; at least 0. */
  readonly derivative: number;
  /** The estimate is never below this, records per second and input; above 0. */
  readonly minRate: number;
}

/**
 * Lets an application take no more records than it can process: after each batch the rate of each input that has shards
 * or a receiver is estimated anew.
 */
export interface BackpressureOptions extends Partial<PidGains> {
  readonly enabled: boolean;
  /**
   * Most records per second and input until there is an estimate: from the first batch on.
   * @defaultValue no limit but `maxRatePerShard`
   */
  readonly initialRate?: number;
}

export interface ResolvedBackpressure extends PidGains {
  readonly initialRate: number | undefined;
}

const DEFAULTS: PidGains = { proportional: 1, integral: 0.2, derivative: 0, minRate: 100 };

const KNOWN = [
  "enabled",
  "initialRate",
  "proportional",
  "integral",
  "derivative",
  "minRate",
] as const satisfies readonly (keyof BackpressureOptions)[];

/**
 * What applies; `undefined`: rates are not estimated.
 * @throws {IllegalArgumentError} naming the option that is unknown or out of range.
 */
export function resolveBackpressure(options: BackpressureOptions | undefined): ResolvedBackpressure | undefined {
  if (options === undefined) return undefined;
  rejectUnknown("backpressure", options, KNOWN);
  const { enabled, initialRate, ...gains } = options;
  if (typeof enabled !== "boolean") {
    throw new IllegalArgumentError(`backpressure.enabled must be true or false, not ${String(enabled)}.`);
  }
  const resolved = { ...DEFAULTS, ...gains };
  for (const name of ["proportional", "integral", "derivative"] as const) {
    if (!(resolved[name] >= 0)) throw outOfRange(name, "at least 0", resolved[name]);
  }
  if (!(resolved.minRate > 0)) throw outOfRange("minRate", "above 0", resolved.minRate);
  if (initialRate !== undefined && !(initialRate > 0)) throw outOfRange("initialRate", "above 0", initialRate);
  return enabled ? { ...resolved, initialRate } : undefined;
}

function outOfRange(name: string, range: string, value: unknown): IllegalArgumentError {
  return new IllegalArgumentError(`backpressure.${name} must be ${range}, not ${String(value)}.`);
}
