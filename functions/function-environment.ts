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
