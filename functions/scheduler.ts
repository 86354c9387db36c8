/** The scheduler function of an application. */
import type { Context } from "aws-lambda";
import {
  awsClients,
  awsExecutors,
  awsPorts,
  type SchedulerConfig,
  StructuredConsole,
  schedulerConfig,
  startSuccessor,
  UsageMeter,
} from "../shared/aws/index.js";
import type { StreamingApp } from "../shared/streaming/index.js";
import { Expenses } from "./expenses.js";
import { assertIsApp, memoryMegabytes } from "./function-environment.js";
import { logMetrics } from "./metrics.js";
import { buildProgram } from "./program.js";
import { Scheduler, type SchedulerReply } from "./run-scheduler.js";

/** What Lambda is to call. */
export type SchedulerHandler = (event: unknown, context: Context) => Promise<SchedulerReply>;

/**
 * Makes the handler of the scheduler function. A tick of the schedule or a hand-over starts it, whatever the event says. What
 * it throws has been logged; it is thrown so that Lambda counts it.
 *
 * @example
 * export const scheduler = schedulerHandler(app);
 */
export function schedulerHandler(app: StreamingApp): SchedulerHandler {
  let warm: { readonly scheduler: Scheduler; readonly console: StructuredConsole } | undefined;
  return async (_event, context) => {
    warm ??= makeScheduler(app, schedulerConfig(process.env));
    warm.console.about({ requestId: context.awsRequestId, batchTime: undefined });
    return warm.scheduler.run(() => context.getRemainingTimeInMillis());
  };
}

function makeScheduler(app: StreamingApp, config: SchedulerConfig) {
  assertIsApp(app, config);
  const meter = new UsageMeter();
  const clients = awsClients({ meter });
  const console = new StructuredConsole({ job: `job-${config.app}`, level: config.logLevel });
  const ports = { ...awsPorts(config, clients), console };
  const scheduler = new Scheduler({
    program: buildProgram(app),
    codeVersion: config.codeVersion,
    ports,
    executors: (tracked, inPlace) => awsExecutors(config, clients, tracked, inPlace),
    startSuccessor: () => startSuccessor(config, clients),
    metrics: logMetrics(config.app, console),
    expenses: new Expenses(meter, ports.clock, memoryMegabytes(process.env)),
    onBatch: (batchTime) => console.about({ batchTime }),
  });
  return { scheduler, console };
}
