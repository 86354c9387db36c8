/** What operators do to a deployed application, through its own ports. */
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { awsClients, DynamoTable, KinesisStreamSource, S3BlockStore } from "../../shared/aws/index.js";
import {
  type Desired,
  type Head,
  jobName,
  type Manifest,
  readHead,
  setDesired,
} from "../../shared/checkpoint/index.js";
import { CheckpointError } from "../../shared/errors/index.js";
import { loadManifest } from "../../shared/scheduler/index.js";
import { SystemClock } from "../../shared/system/index.js";
import type { DeployedApplication } from "./application.js";

/** What the application has come to. */
export interface Progress {
  /** `undefined` before its first scheduler. */
  readonly head: Head | undefined;
  /** Of the newest batch; `undefined` before the first. */
  readonly manifest: Manifest | undefined;
}

/** A batch or two may be committed, and an old one forgotten, between reading the head and reading what it names. */
const READS = 3;

export class Session {
  readonly clock = new SystemClock();
  readonly streams: KinesisStreamSource;
  readonly #application: DeployedApplication;
  readonly #job: string;
  readonly #clients = awsClients();
  readonly #table: DynamoTable;
  readonly #blocks: S3BlockStore;

  constructor(application: DeployedApplication) {
    this.#application = application;
    this.#job = jobName(application.name);
    this.#table = new DynamoTable(this.#clients.dynamodb, application.table);
    this.#blocks = new S3BlockStore(this.#clients.s3, { bucket: application.bucket });
    this.streams = new KinesisStreamSource(this.#clients.kinesis, this.clock, { names: application.streams });
  }

  /** @throws {CheckpointError} when the newest batch cannot be read. */
  async progress(): Promise<Progress> {
    for (let read = 1; ; read++) {
      const head = await readHead(this.#table, this.#job);
      if (head === undefined || head.manifest === "") return { head, manifest: undefined };
      try {
        return { head, manifest: await loadManifest({ table: this.#table, blocks: this.#blocks }, this.#job, head) };
      } catch (error) {
        if (!(error instanceof CheckpointError) || read === READS) throw error;
      }
    }
  }

  /** Says what is wanted of the application. */
  async want(desired: Desired): Promise<void> {
    await setDesired(this.#table, this.#job, desired);
  }

  /** Calls a scheduler, as the next tick would; resolves when Lambda has taken the call. */
  async callScheduler(): Promise<void> {
    await this.#clients.lambda.send(
      new InvokeCommand({
        FunctionName: this.#application.scheduler,
        InvocationType: "Event",
        Payload: Buffer.from(JSON.stringify({ reason: "operator" })),
      }),
    );
  }

  close(): void {
    for (const client of Object.values(this.#clients)) client.destroy();
  }
}
