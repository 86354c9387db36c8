/** The executor function of an application: one for stateless tasks, and one a slot. */
import type { Context } from "aws-lambda";
import { type AwsConfig, awsClients, awsConfig, awsPorts, StructuredConsole, UsageMeter } from "../shared/aws/index.js";
import { jobName } from "../shared/checkpoint/index.js";
import type { StreamingApp } from "../shared/streaming/index.js";
import { Expenses } from "./expenses.js";
import { assertIsApp, memoryMegabytes } from "./function-environment.js";
import { logMetrics } from "./metrics.js";
import { buildProgram } from "./program.js";
import { Executor } from "./run-executor.js";

/** What Lambda is to call. */
export type ExecutorHandler = (payload: unknown, context: Context) => Promise<unknown>;

/**
 * Makes the handler of an executor function. Failures of tasks are replies, not errors of the function.
 *
 * @example
 * export const executor = executorHandler(app);
 */
export function executorHandler(app: StreamingApp): ExecutorHandler {
  let warm: { readonly executor: Executor; readonly console: StructuredConsole } | undefined;
  return async (payload, context) => {
    warm ??= makeExecutor(app, awsConfig(process.env));
    warm.console.about({ requestId: context.awsRequestId });
    return warm.executor.run(payload, () => context.getRemainingTimeInMillis());
  };
}

function makeExecutor(app: StreamingApp, config: AwsConfig) {
  assertIsApp(app, config);
  const meter = new UsageMeter();
  const ports = awsPorts(config, awsClients({ meter }));
  const console = new StructuredConsole({ job: jobName(config.app), level: config.logLevel });
  const executor = new Executor({
    program: buildProgram(app),
    codeVersion: config.codeVersion,
    ports,
    console,
    metrics: logMetrics(config.app, console),
    expenses: new Expenses(meter, ports.clock, memoryMegabytes(process.env)),
  });
  return { executor, console };
}
