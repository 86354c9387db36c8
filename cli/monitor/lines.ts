/** The monitor as plain lines: for logs, pipes and terminals that can do no more. */
import type { AppView, BatchSummary } from "../../shared/monitor/index.js";
import { counted, duration, interval, money, rate } from "../console/page/logic/format.js";
import { printable } from "./printable.js";

/** What is watched. */
export function appLine(app: AppView): string {
  const { name, master, state, batchDuration, batches, records } = app;
  const sums = `${counted(batches.completed, "batch", "batches")}, ${counted(records, "record")} so far`;
  return printable(`${name} on ${master}: ${state}, a batch every ${interval(batchDuration)}; ${sums}`);
}

/** A batch that has ended. */
export function batchLine(batch: BatchSummary): string {
  const { time, status, records, inputRate, schedulingDelay, processingTime, totalDelay, lagMillis, cost, error } =
    batch;
  const facts = [
    `${counted(records, "record")} (${rate(inputRate)})`,
    `delay ${duration(schedulingDelay)}`,
    `processing ${duration(processingTime)}`,
    `total ${duration(totalDelay)}`,
    ...(lagMillis > 0 ? [`lag ${duration(lagMillis)}`] : []),
    ...(cost === undefined ? [] : [money(cost)]),
    ...(error === undefined ? [] : [error]),
  ];
  return printable(`${new Date(time).toISOString()} batch ${time} ${status}: ${facts.join(", ")}`);
}
