/** One measurement: a number of shards under a load. */
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateStreamCommand, DeleteStreamCommand, waitUntilStreamExists } from "@aws-sdk/client-kinesis";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { KinesisStreamSource, type SchedulerConfig, type Usage, UsageMeter } from "../../shared/aws/index.js";
import type { BatchInfo } from "../../shared/streaming/index.js";
import { SystemClock } from "../../shared/system/index.js";
import { clientsOf } from "../../test/emulators/account.js";
import type { Gateway } from "../../test/emulators/gateway.js";
import { Application, RETAINED_BATCHES } from "./application.js";
import { feed, type Load } from "./loads.js";

/**
 * How long every request is delayed to find the critical path, milliseconds: what that adds to a batch, divided by it, is how
 * many requests wait for one another. Long beside what emulators take themselves.
 */
const DELAY_MILLIS = 100;

/** The first batches are not like the others: nothing is warm, and nothing is old enough to be deleted. */
const WARM_UP = 2 * RETAINED_BATCHES;

/** The interval: no batch here takes longer, delayed or not; the emulator of Kinesis is slow with many shards. */
const intervalOf = (shards: number) => (shards >= 100 ? 15_000 : 2_000 + 100 * shards);

export interface Measured {
  readonly shards: number;
  readonly load: Load;
  readonly records: number;
  readonly bytes: number;
  /** Over so many batches. */
  readonly batches: number;
  readonly scheduler: Usage;
  readonly executors: Usage;
  /** Requests that wait for one another, from the begin of a batch to the end of its outputs. */
  readonly roundTrips: number;
}

interface Look {
  readonly scheduler: Usage;
  readonly executors: Usage;
}

export async function measure(gateway: Gateway, shards: number, load: Load, batches: number): Promise<Measured> {
  // Without time-outs: a put that is repeated would be more records.
  const outside = clientsOf(gateway.url);
  const config = await provide(outside, `${load.name}-${shards}`, shards);
  const source = new KinesisStreamSource(outside.kinesis, new SystemClock(), { names: config.streams });
  const [undelayed, delayed]: [number[], number[]] = [[], []];
  const looks: Look[] = [];
  const records: number[] = [];
  let number = 0;
  let background: Promise<void> = Promise.resolve();
  let noDelay = () => {};

  const application = new Application(config, intervalOf(shards), ({ processingDelay = 0, numRecords }: BatchInfo) => {
    number++;
    if (number === WARM_UP || number === WARM_UP + batches) looks.push(look(application));
    if (number > WARM_UP && number <= WARM_UP + batches) {
      undelayed.push(processingDelay);
      records.push(numRecords);
    } else if (number > WARM_UP + batches + 1) delayed.push(processingDelay);
    if (number === WARM_UP + batches) {
      noDelay = gateway.faults.add({
        fault: "delay",
        millis: DELAY_MILLIS,
        when: ({ operation }) => operation !== "PutRecords",
      });
    }
    const isLast = number === WARM_UP + 2 * batches + 1;
    background = background.then(() => (isLast ? application.stop() : feed(source, load, shards)));
  });
  gateway.route("lambda", application.invoke);

  await feed(source, load, shards);
  await application.run();
  noDelay();
  await background;
  await outside.kinesis.send(new DeleteStreamCommand({ StreamName: config.streams.lines }));
  for (const client of Object.values(outside)) client.destroy();

  const expected = load.recordsOf(shards);
  if (records.some((count) => count !== expected)) console.error(`${config.app}: batches of ${records} records`);
  const [first, last] = looks as [Look, Look];
  return {
    shards,
    load,
    records: expected,
    bytes: expected * load.recordBytes,
    batches,
    scheduler: UsageMeter.minus(last.scheduler, first.scheduler),
    executors: UsageMeter.minus(last.executors, first.executors),
    roundTrips: (median(delayed) - median(undelayed)) / DELAY_MILLIS,
  };
}

/** Stream, table and bucket of an application, and its configuration. */
async function provide(
  { s3, dynamodb, kinesis }: ReturnType<typeof clientsOf>,
  app: string,
  shards: number,
): Promise<SchedulerConfig> {
  const [bucket, table, StreamName] = [`bucket-${app}`, `table-${app}`, `lines-${app}`];
  const keys = { pk: "HASH", sk: "RANGE" } as const;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: Object.keys(keys).map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: Object.entries(keys).map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
    }),
  );
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: shards }));
  await waitUntilStreamExists({ client: kinesis, maxWaitTime: 60, minDelay: 0.1, maxDelay: 0.5 }, { StreamName });
  return {
    app,
    bucket,
    table,
    streams: { lines: StreamName },
    executor: "executor",
    slots: ["executor-00", "executor-01", "executor-02", "executor-03"],
    parallelism: 8,
    scheduler: "scheduler",
    codeVersion: "1",
    logLevel: undefined,
  };
}

function look({ meters }: Application): Look {
  return { scheduler: meters.scheduler.snapshot(), executors: meters.executors.snapshot() };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
