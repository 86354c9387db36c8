/** The ports of a deployed application, put together from its configuration. */
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { jobName } from "../checkpoint/index.js";
import type { ExecutorPorts, Invoker } from "../ports/index.js";
import { RandomIds, SystemClock } from "../system/index.js";
import type { AwsConfig, SchedulerConfig } from "./aws-config.js";
import type { AwsClients } from "./clients.js";
import { DynamoTable } from "./dynamo-table.js";
import { KinesisStreamSource } from "./kinesis-stream-source.js";
import { LambdaInvoker } from "./lambda-invoker.js";
import { S3BlockStore } from "./s3-block-store.js";
import { S3FileSystem } from "./s3-file-system.js";

/**
 * What an executor, and a driver but for its executors, needs of the world.
 * @example
 * const ports = awsPorts(awsConfig(process.env), awsClients());
 */
export function awsPorts(config: AwsConfig, clients: AwsClients): ExecutorPorts {
  const clock = new SystemClock();
  return {
    blocks: new S3BlockStore(clients.s3, { bucket: config.bucket }),
    table: new DynamoTable(clients.dynamodb, config.table),
    streams: new KinesisStreamSource(clients.kinesis, clock, { names: config.streams }),
    files: new S3FileSystem(clients.s3),
    clock,
    ids: new RandomIds(),
  };
}

/**
 * The executor functions.
 * @param inPlace runs the requests that the caller's own process is to run.
 * @example
 * const ports = { ...awsPorts(config, clients) };
 * const invoker = awsExecutors(config, clients, ports, new InProcessInvoker(environment));
 */
export function awsExecutors(
  config: SchedulerConfig,
  clients: Pick<AwsClients, "lambda">,
  ports: Pick<ExecutorPorts, "blocks" | "ids">,
  inPlace: Invoker,
): Invoker {
  return new LambdaInvoker(clients.lambda, {
    functionName: config.executor,
    slots: config.slots,
    parallelism: config.parallelism,
    sender: { blocks: ports.blocks, ids: ports.ids, job: jobName(config.app) },
    inPlace,
  });
}

/**
 * Starts the next scheduler, which goes on where this one ends; resolves when Lambda has taken the call.
 * @throws what the SDK throws: then the next tick of the schedule starts it.
 * @example
 * await startSuccessor(config, clients);
 */
export async function startSuccessor(config: SchedulerConfig, { lambda }: Pick<AwsClients, "lambda">): Promise<void> {
  await lambda.send(
    new InvokeCommand({
      FunctionName: config.scheduler,
      InvocationType: "Event",
      Payload: Buffer.from(JSON.stringify({ reason: "hand-over" })),
    }),
  );
}
