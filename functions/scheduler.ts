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
import { jobName } from "../shared/checkpoint/index.js";
import { BatchTraces } from "../shared/monitor/index.js";
import type { StreamingApp } from "../shared/streaming/index.js";
import { TraceExporter, type TraceExporterOptions } from "../shared/system/index.js";
import { Expenses } from "./expenses.js";
import { assertIsApp, isDeployedWhole, memoryMegabytes } from "./function-environment.js";
import { logMetrics } from "./metrics.js";
import { buildProgram } from "./program.js";
import { Scheduler, type SchedulerReply, type SchedulerTraces } from "./run-scheduler.js";

/** What Lambda is to call. */
export type SchedulerHandler = (event: unknown, context: Context) => Promise<SchedulerReply>;

/**
 * Makes the handler of the scheduler function. A tick of the schedule or a hand-over starts it, whatever the event says. What
 * it throws has been logged; it is thrown so that Lambda counts it. While a deployment is half done it stands by.
 *
 * @param entry URL of the bundle's entry, beside which the bundle says its version.
 * @example
 * export const scheduler = schedulerHandler(app, import.meta.url);
 */
export function schedulerHandler(app: StreamingApp, entry?: string): SchedulerHandler {
  let warm: { readonly scheduler: Scheduler; readonly console: StructuredConsole } | undefined;
  return async (_event, context) => {
    const config = schedulerConfig(process.env);
    if (entry !== undefined && !isDeployedWhole(entry, config)) return { ended: "standby", batches: 0 };
    warm ??= makeScheduler(app, config);
    warm.console.about({ requestId: context.awsRequestId, batchTime: undefined });
    return warm.scheduler.run(() => context.getRemainingTimeInMillis());
  };
}

function makeScheduler(app: StreamingApp, config: SchedulerConfig) {
  assertIsApp(app, config);
  const meter = new UsageMeter();
  const clients = awsClients({ meter });
  const console = new StructuredConsole({ job: jobName(config.app), level: config.logLevel });
  const ports = { ...awsPorts(config, clients), console };
  const scheduler = new Scheduler({
    program: buildProgram(app),
    codeVersion: config.codeVersion,
    ports,
    executors: (tracked, inPlace) => awsExecutors(config, clients, tracked, inPlace),
    startSuccessor: () => startSuccessor(config, clients),
    metrics: logMetrics(config.app, console),
    expenses: new Expenses(meter, ports.clock, memoryMegabytes(process.env)),
    ...(config.traces !== undefined && { traces: tracesTo(config.traces, app, config, ports) }),
    onBatch: (batchTime) => console.about({ batchTime }),
  });
  return { scheduler, console };
}

function tracesTo(
  url: string,
  app: StreamingApp,
  { codeVersion }: SchedulerConfig,
  { clock, console }: Pick<TraceExporterOptions, "clock" | "console">,
): SchedulerTraces {
  const exporter = new TraceExporter({ url, clock, console });
  const { batchDuration } = app.options;
  const send = (trace: object): void => exporter.send(trace);
  return {
    listener: new BatchTraces({ appName: app.name, codeVersion, batchDuration, send }),
    flush: (mostMillis) => exporter.flush(mostMillis),
  };
}
