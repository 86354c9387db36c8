/** The deployed scheduler and executor in this process, each with SDK clients of its own that count. */
import { Expenses } from "../../functions/expenses.js";
import { buildProgram } from "../../functions/program.js";
import { Executor } from "../../functions/run-executor.js";
import { Scheduler } from "../../functions/run-scheduler.js";
import { awsClients, awsExecutors, awsPorts, type SchedulerConfig, UsageMeter } from "../../shared/aws/index.js";
import { jobName, setDesired } from "../../shared/checkpoint/index.js";
import { type BatchInfo, type StreamingApp, streamingApp } from "../../shared/streaming/index.js";
import { milliseconds } from "../../shared/time/index.js";
import type { GatewayReply } from "../../test/emulators/faults.js";
import type { GatewayRequest } from "../../test/emulators/service-of.js";

/** What functions have, megabytes: the construct's defaults. */
export const SCHEDULER_MEGABYTES = 1024;
export const EXECUTOR_MEGABYTES = 1769;

/** So that what is forgotten, which costs requests too, is a part of the batches measured. How many are kept changes nothing. */
export const RETAINED_BATCHES = 3;

/** Longer than any measurement, milliseconds. */
const LONG = 3_600_000;

const silent = { print() {}, log() {} };
const unmetered = { publish() {} };

export class Application {
  readonly meters = { scheduler: new UsageMeter(), executors: new UsageMeter() };
  readonly #config: SchedulerConfig;
  readonly #app: StreamingApp;
  readonly #executor: Executor;
  readonly #clients;

  /** @param onBatch Is told of each batch when its outputs are done. */
  constructor(config: SchedulerConfig, intervalMillis: number, onBatch: (batch: BatchInfo) => void) {
    this.#config = config;
    this.#app = wordCount(config.app, intervalMillis, onBatch);
    this.#clients = { scheduler: this.#metered("scheduler"), executors: this.#metered("executors") };
    const ports = awsPorts(config, this.#clients.executors);
    this.#executor = new Executor({
      program: buildProgram(this.#app),
      codeVersion: config.codeVersion,
      ports,
      console: silent,
      metrics: unmetered,
      expenses: new Expenses(this.meters.executors, ports.clock, EXECUTOR_MEGABYTES),
    });
  }

  /** Lambda, as far as a scheduler sees it: one executor for all names, in this process. */
  readonly invoke = async ({ body }: GatewayRequest): Promise<GatewayReply> => {
    const reply = await this.#executor.run(JSON.parse(body.toString("utf8")), () => LONG);
    return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(reply)) };
  };

  /** Runs batches until {@link stop}. */
  async run(): Promise<void> {
    const clients = this.#clients.scheduler;
    const ports = { ...awsPorts(this.#config, clients), console: silent };
    const scheduler = new Scheduler({
      program: buildProgram(this.#app),
      codeVersion: this.#config.codeVersion,
      ports,
      executors: (tracked, inPlace) => awsExecutors(this.#config, clients, tracked, inPlace),
      startSuccessor: async () => {},
      metrics: unmetered,
      expenses: new Expenses(this.meters.scheduler, ports.clock, SCHEDULER_MEGABYTES),
    });
    await scheduler.run(() => LONG);
    for (const client of Object.values(this.#clients).flatMap(Object.values)) client.destroy();
  }

  async stop(): Promise<void> {
    await setDesired(awsPorts(this.#config, this.#clients.executors).table, jobName(this.#config.app), "stop");
  }

  #metered(who: keyof Application["meters"]) {
    return awsClients({ meter: this.meters[who] });
  }
}

/** The word count of examples/, told of its batches. */
function wordCount(name: string, intervalMillis: number, onBatch: (batch: BatchInfo) => void): StreamingApp {
  return streamingApp(name, { batchDuration: milliseconds(intervalMillis), retainBatches: RETAINED_BATCHES }, (ssc) => {
    ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => onBatch(batchInfo) });
    ssc
      .kinesisStream("lines")
      .flatMap((line) => line.split(/\s+/))
      .mapToPair((word) => [word, 1])
      .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
      .print();
  });
}
