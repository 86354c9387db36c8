/** What a batch costs, by service: from the requests that were counted, or where nobody counted, from what it must have done. */
import type { AttemptRecord, InputRecord, StageRecord, StateRecord } from "../checkpoint/index.js";
import { costOfInvocations, costOfRequests, costOfRunning, costOfShards, type RequestUsage } from "./prices.js";
import type { CostView } from "./view.js";

/** Memory of the functions, megabytes: what the CDK construct gives them where the program does not say. */
const EXECUTOR_MEGABYTES = 1769;
const SCHEDULER_MEGABYTES = 1024;

const SECONDS_A_MONTH = 730 * 3600;

/** What of a batch costs money. */
export interface BilledBatch {
  readonly inputs: readonly InputRecord[];
  readonly stages: readonly StageRecord[];
  readonly state: readonly StateRecord[];
}

/**
 * Costs of a batch and of the interval it stands for.
 * @param requests to S3 and DynamoDB; without them they are estimated from the batch.
 * @param millis of the scheduler, which runs all the time, and of the shards.
 */
export function costsOf(batch: BilledBatch, millis: number, requests = estimatedRequests(batch)): CostView {
  const calls = attemptsOf(batch).filter(({ executor }) => executor !== "in-place");
  const running = calls.reduce((sum, attempt) => sum + attempt.millis, 0);
  const shards = batch.inputs.reduce((sum, input) => sum + input.shards.length, 0);
  return costView({
    kinesis: costOfShards(shards, millis),
    lambda:
      costOfRunning(millis, SCHEDULER_MEGABYTES) +
      costOfRunning(running, EXECUTOR_MEGABYTES) +
      costOfInvocations(calls.length),
    s3: costOfRequests({ s3: requests.s3 ?? {} }),
    dynamodb: costOfRequests({ dynamodb: requests.dynamodb ?? {} }),
  });
}

/** Every try at a call of an executor, those that read shards included. */
export function attemptsOf({ inputs, stages }: Pick<BilledBatch, "inputs" | "stages">): readonly AttemptRecord[] {
  return [
    ...inputs.flatMap(({ shards }) => shards.flatMap(({ attempts }) => attempts)),
    ...stages.flatMap(({ calls }) => calls.flatMap(({ attempts }) => attempts)),
  ];
}

/** Sum of costs, service by service. */
export function addCosts(...costs: readonly CostView[]): CostView {
  const services: Record<string, number> = {};
  for (const cost of costs) {
    for (const [service, dollars] of Object.entries(cost.services))
      services[service] = (services[service] ?? 0) + dollars;
  }
  return costView(services);
}

/** What `cost`, which came to be within so many milliseconds, comes to in a month of 730 hours. */
export function perMonth(cost: CostView, millis: number): CostView | undefined {
  if (millis <= 0) return undefined;
  const factor = (SECONDS_A_MONTH * 1000) / millis;
  return costView(Object.fromEntries(Object.entries(cost.services).map(([name, dollars]) => [name, dollars * factor])));
}

export const NO_COST: CostView = { total: 0, services: {} };

function costView(services: Readonly<Record<string, number>>): CostView {
  return { total: Object.values(services).reduce((sum, dollars) => sum + dollars, 0), services };
}

/**
 * The requests of a batch, by the protocol: plan, manifest and head; a block for each shard; state chunks; shuffle files
 * written once and read by every call of the next stage.
 */
function estimatedRequests({ inputs, stages, state }: BilledBatch): RequestUsage {
  const shards = inputs.reduce((sum, input) => sum + Math.max(1, input.shards.length), 0);
  const chunks = state.filter(({ written }) => written > 0).reduce((sum, { partitions }) => sum + partitions, 0);
  const chunkBytes = state.reduce((sum, { written }) => sum + written, 0);
  const spread = stages.filter(({ collapsedInto, shuffleBytes }) => collapsedInto === undefined && shuffleBytes > 0);
  const files = spread.reduce((sum, { tasks, calls }) => (calls.length > 1 ? sum + tasks : sum), 0);
  const count = (requests: number, requestBytes = 0) => ({ requests, requestBytes, responseBytes: 0 });
  return {
    s3: { PutObject: count(shards + files), GetObject: count(shards + files * 2) },
    dynamodb: {
      GetItem: count(2),
      PutItem: count(2 + chunks, 4096 + chunkBytes),
      UpdateItem: count(1, 512),
      DeleteItem: count(2 + chunks),
    },
  };
}
