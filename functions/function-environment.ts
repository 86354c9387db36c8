import { existsSync, readFileSync } from "node:fs";
import type { AwsConfig, Environment } from "../shared/aws/index.js";
import { IllegalArgumentError } from "../shared/errors/index.js";
import type { StreamingApp } from "../shared/streaming/index.js";

/** Lambda's least, megabytes: where nobody says how much there is, as in tests. */
const LEAST_MEMORY_MEGABYTES = 128;

/** Memory of the function, megabytes: Lambda says it in its environment. */
export function memoryMegabytes(env: Environment): number {
  return Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? LEAST_MEMORY_MEGABYTES);
}

/**
 * Storage and permissions are made for one application.
 * @throws {IllegalArgumentError} when the program is another one.
 */
export function assertIsApp(app: StreamingApp, config: Pick<AwsConfig, "app">): void {
  if (app.name === config.app) return;
  throw new IllegalArgumentError(
    `The function was deployed for "${config.app}", but its program is "${app.name}": deploy the program again.`,
    { deployed: config.app, program: app.name },
  );
}

/** File of a bundle that says which version its code is. */
const CODE_VERSION_FILE = "code-version";

/**
 * Do code and settings of the function belong together? A deployment changes one after the other; in between, new code would
 * call the executors of before, which the settings name, as if they were its own.
 * @param entry URL of the bundle's entry; a bundle that does not say its version is taken for what the settings say.
 */
export function isDeployedWhole(entry: string, { codeVersion }: Pick<AwsConfig, "codeVersion">): boolean {
  const file = new URL(CODE_VERSION_FILE, entry);
  return !existsSync(file) || readFileSync(file, "utf8") === codeVersion;
}
