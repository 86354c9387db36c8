import { IllegalArgumentError } from "../errors/index.js";

/** What a deployment tells all its functions: where things are. */
export interface AwsConfig {
  /** Name of the application. */
  readonly app: string;
  readonly bucket: string;
  readonly table: string;
  /** Stream name in the program → real stream name. */
  readonly streams: Readonly<Record<string, string>>;
  /** Hash of the bundle. */
  readonly codeVersion: string;
  readonly logLevel: string | undefined;
}

/** What it tells the scheduler besides. */
export interface SchedulerConfig extends AwsConfig {
  /** The executor function: name or ARN, with version or alias. */
  readonly executor: string;
  /** Functions of the slots, by slot; may be none. */
  readonly slots: readonly string[];
  /** How many executors work at a time. */
  readonly parallelism: number;
  /** The scheduler's own name, for the hand-over. */
  readonly scheduler: string;
  /** URL of the collector of traces, if there is one. */
  readonly traces?: string | undefined;
}

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment of a function.
 * @throws {IllegalArgumentError} naming the variable that is missing or cannot be read.
 * @example
 * const config = awsConfig(process.env);
 */
export function awsConfig(env: Environment): AwsConfig {
  return {
    app: required(env, "SLUICE_APP"),
    bucket: required(env, "SLUICE_BUCKET"),
    table: required(env, "SLUICE_TABLE"),
    streams: streamNames(env),
    codeVersion: required(env, "SLUICE_CODE_VERSION"),
    logLevel: env.SLUICE_LOG_LEVEL,
  };
}

/**
 * Reads the environment of the scheduler.
 * @throws {IllegalArgumentError} naming the variable that is missing or cannot be read.
 * @example
 * const config = schedulerConfig(process.env);
 */
export function schedulerConfig(env: Environment): SchedulerConfig {
  return {
    ...awsConfig(env),
    executor: required(env, "SLUICE_EXECUTOR"),
    slots: (env.SLUICE_SLOTS ?? "")
      .split(",")
      .map((slot) => slot.trim())
      .filter((slot) => slot !== ""),
    parallelism: count(env, "SLUICE_PARALLELISM"),
    scheduler: required(env, "SLUICE_SCHEDULER"),
    traces: env.SLUICE_TRACES || undefined,
  };
}

/**
 * Stream name in the program → real stream name, from `SLUICE_STREAMS`; none when it is not set: then they are the same.
 * @throws {IllegalArgumentError} when it is no JSON object of strings.
 */
export function streamNames(env: Environment): Readonly<Record<string, string>> {
  const text = env.SLUICE_STREAMS ?? "";
  if (text === "") return {};
  let names: unknown;
  try {
    names = JSON.parse(text);
  } catch (cause) {
    throw unreadable("SLUICE_STREAMS", text, `not JSON: ${String(cause)}`);
  }
  if (typeof names !== "object" || names === null || Array.isArray(names)) {
    throw unreadable("SLUICE_STREAMS", text, "not an object of names");
  }
  for (const [name, real] of Object.entries(names)) {
    if (typeof real !== "string" || real === "") {
      throw unreadable("SLUICE_STREAMS", text, `the real name of ${name} is missing`);
    }
  }
  return names as Record<string, string>;
}

function required(env: Environment, variable: string): string {
  const value = env[variable];
  if (value !== undefined && value !== "") return value;
  throw new IllegalArgumentError(
    `The environment variable ${variable} is not set: deploy with the StreamingApplication construct, which sets it.`,
    { variable },
  );
}

function count(env: Environment, variable: string): number {
  const text = required(env, variable);
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw unreadable(variable, text, "not a whole number of at least 1");
}

function unreadable(variable: string, value: string, why: string): IllegalArgumentError {
  return new IllegalArgumentError(`The environment variable ${variable} is ${JSON.stringify(value)}: ${why}.`, {
    variable,
    value,
  });
}
