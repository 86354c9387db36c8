/** Measurements as tables of Markdown. */

import type { OperationUsage, Usage } from "../../shared/aws/index.js";
import { costOfInvocations, costOfRequests, costOfRunning } from "../../shared/monitor/index.js";
import { EXECUTOR_MEGABYTES, SCHEDULER_MEGABYTES } from "./application.js";
import type { Measured } from "./measure.js";

const MONTH_SECONDS = 30.44 * 86_400;

/** Intervals that are reckoned with, seconds. */
const INTERVALS = [1, 10, 60];

/** From this interval on a scheduler does not wait for the next batch: every tick is an invocation. */
const TICK_SECONDS = 60;

/**
 * What a request takes inside a region, milliseconds: assumed, between the few of DynamoDB and the twenty of S3. Times measured
 * here would be those of two cores that run the emulators as well.
 */
const ROUND_TRIP_MILLIS = 15;

/** What an executor of one core reads, decodes and counts, bytes a millisecond: assumed, 10 MB/s. */
const BYTES_PER_MILLI = 10_000;

/** What a scheduler that a tick starts does beside its batch, milliseconds. */
const TICK_OVERHEAD_MILLIS = 200;

/** What a shard takes, records/s: "per million records" is reckoned at a hundredth of that and at that. */
const SHARD_RECORDS = 1000;

/** Requests and bytes for each batch. */
export function requests({ shards, load, records, bytes, batches, scheduler, executors }: Measured): string {
  const rows = [...rowsOf("scheduler", scheduler, batches), ...rowsOf("executors", executors, batches)];
  return [
    `### ${shards} shards, ${load.name}: ${records} records, ${kilobytes(bytes)} a batch`,
    "",
    "| who | service | operation | requests | KB sent | KB received | retries |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function rowsOf(who: string, usage: Usage, batches: number): string[] {
  return Object.entries(usage).flatMap(([service, operations]) =>
    Object.entries(operations).map(([operation, { requests, requestBytes, responseBytes, retries }]) => {
      const sent = kilobytes(requestBytes / batches);
      return `| ${who} | ${service} | ${operation} | ${each(requests, batches)} | ${sent} | ${kilobytes(responseBytes / batches)} | ${retries} |`;
    }),
  );
}

/** Dollars by interval: what a batch costs as measured, as often as there are batches. */
export function dollars(measured: readonly Measured[]): string {
  return [
    "| shards | load | interval | requests | scheduler | executors | a month | per million records at 10/s a shard | at 1,000/s a shard |",
    "|---|---|---|---|---|---|---|---|---|",
    ...measured.flatMap((one) => INTERVALS.map((interval) => rowOf(one, interval))),
  ].join("\n");
}

function rowOf(measured: Measured, interval: number): string {
  const { shards, load } = measured;
  const cost = costOf(measured, interval);
  const total = cost.requests + cost.scheduler + cost.executors;
  const full = shards * SHARD_RECORDS * MONTH_SECONDS;
  const perMillion = [full / 100, full].map((records) => `$${((total / records) * 1e6).toFixed(4)}`);
  const columns = [cost.requests, cost.scheduler, cost.executors, total].map((amount) => `$${amount.toFixed(2)}`);
  return `| ${shards} | ${load.name} | ${interval} s | ${columns.join(" | ")} | ${perMillion.join(" | ")} |`;
}

function costOf({ scheduler, executors, batches, bytes, roundTrips }: Measured, interval: number) {
  const batchesOfMonth = MONTH_SECONDS / interval;
  const invocations = scheduler.lambda?.Invoke?.requests ?? 0;
  // A scheduler that waits for its next batch is there all the time; one that a tick starts, as long as its batch takes.
  const tick = (roundTrips * ROUND_TRIP_MILLIS + TICK_OVERHEAD_MILLIS) * (MONTH_SECONDS / TICK_SECONDS);
  // As if an executor's requests waited for one another, which few do.
  const requestsOfExecutors = Object.values(executors).reduce((sum, operations) => sum + total(operations), 0);
  const executing =
    invocations === 0 ? 0 : (requestsOfExecutors / batches) * ROUND_TRIP_MILLIS + bytes / BYTES_PER_MILLI;
  return {
    requests: ((costOfUsage(scheduler) + costOfUsage(executors)) / batches) * batchesOfMonth,
    scheduler: costOfRunning(interval < TICK_SECONDS ? MONTH_SECONDS * 1000 : tick, SCHEDULER_MEGABYTES),
    executors:
      (costOfInvocations(invocations / batches) + costOfRunning(executing, EXECUTOR_MEGABYTES)) * batchesOfMonth,
  };
}

/**
 * Deleting an item costs as much as writing it did, whatever the request's size; and all that is written is deleted in the end.
 */
function costOfUsage(usage: Usage): number {
  const { BatchWriteItem: _deletes, ...others } = usage.dynamodb ?? {};
  const { PutItem } = others;
  const deleted = PutItem === undefined ? 0 : costOfRequests({ dynamodb: { PutItem } });
  return costOfRequests({ ...usage, dynamodb: others }) + deleted;
}

/** Requests by service, and how many of them wait for one another. */
export function summary(measured: readonly Measured[]): string {
  const rows = measured.map(({ shards, load, scheduler, executors, batches, roundTrips }) => {
    const all = ["kinesis", "s3", "dynamodb", "lambda"].map((service) =>
      each(total(scheduler[service]) + total(executors[service]), batches),
    );
    return `| ${shards} | ${load.name} | ${all.join(" | ")} | ${roundTrips.toFixed(1)} |`;
  });
  return [
    "| shards | load | kinesis | s3 | dynamodb | lambda | round trips one after the other |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function total(operations: Readonly<Record<string, OperationUsage>> = {}): number {
  return Object.values(operations).reduce((sum, { requests }) => sum + requests, 0);
}

function each(count: number, batches: number): string {
  const mean = count / batches;
  return Number.isInteger(mean) ? String(mean) : mean.toFixed(1);
}

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}
