/** A program deployed by the CDK's command line, to the emulators or to whatever SLUICE_ENDPOINT names, and what it has come to. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import {
  type AwsClients,
  awsClients,
  DynamoTable,
  KinesisStreamSource,
  S3BlockStore,
  S3FileSystem,
} from "../../shared/aws/index.js";
import { jobName, type Manifest, readHead, readManifest } from "../../shared/checkpoint/index.js";
import { KEY_GROUPS } from "../../shared/rdd/index.js";
import { loadState } from "../../shared/state/index.js";
import { RandomIds, SystemClock } from "../../shared/system/index.js";
import { REGION } from "../emulators/account.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** An endpoint with the variables that lead to it. */
export interface Endpoint {
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface DeployOptions {
  /** The program's file. */
  readonly app: string;
  readonly shards?: number;
  readonly slots?: number;
  readonly parallelism?: number;
}

/** A deployed application. */
export class Deployment {
  readonly job: string;
  readonly bucket: string;
  /** Real name by name in the program. */
  readonly streams: Readonly<Record<string, string>>;
  /** The function that makes batches, with its alias. */
  readonly scheduler: string;
  readonly clients: AwsClients;
  readonly table: DynamoTable;
  readonly source: KinesisStreamSource;
  /**
   * Patient, and never sends anything twice: where only the answer is lost, that would be one more record, for which nobody
   * but the producer could be blamed.
   */
  readonly #producer: KinesisStreamSource;
  readonly #producerClient: KinesisClient;
  readonly #blocks: S3BlockStore;
  readonly #files: S3FileSystem;

  constructor(target: Endpoint, outputs: Readonly<Record<string, string>>) {
    this.job = jobName(outputs.ApplicationApplication as string);
    this.bucket = outputs.ApplicationBucket as string;
    this.streams = JSON.parse(outputs.ApplicationStreams as string) as Record<string, string>;
    this.scheduler = outputs.ApplicationScheduler as string;
    const region = target.env.AWS_REGION ?? REGION;
    this.clients = awsClients({ endpoint: target.endpoint, region });
    this.table = new DynamoTable(this.clients.dynamodb, outputs.ApplicationTable as string);
    this.source = new KinesisStreamSource(this.clients.kinesis, new SystemClock(), { names: this.streams });
    const requestHandler = new NodeHttpHandler();
    this.#producerClient = new KinesisClient({ endpoint: target.endpoint, region, maxAttempts: 1, requestHandler });
    this.#producer = new KinesisStreamSource(this.#producerClient, new SystemClock(), { names: this.streams });
    this.#blocks = new S3BlockStore(this.clients.s3, { bucket: this.bucket });
    this.#files = new S3FileSystem(this.clients.s3);
  }

  /** The newest committed batch; `undefined` before the first. */
  async manifest(): Promise<Manifest | undefined> {
    const head = await readHead(this.table, this.job);
    if (head === undefined || head.manifest === "") return undefined;
    return readManifest({ table: this.table, blocks: this.#blocks }, this.job, head.manifest, head.manifestHash);
  }

  /** An operator's state after the newest batch, read from the table, and from the bucket where it is large. */
  async state<S>(uid: string): Promise<ReadonlyMap<string, S>> {
    const meta = (await this.manifest())?.state[uid];
    const found = new Map<string, S>();
    if (meta === undefined) return found;
    const storage = { table: this.table, blocks: this.#blocks, ids: new RandomIds(), job: this.job };
    const state = await loadState(storage, meta, 0, KEY_GROUPS);
    state.forEach(({ key, value }) => void found.set(key as string, value as S));
    return found;
  }

  /**
   * Lines of the files that a save operation has written under a name in the application's own directory, batch by batch.
   * @param after Only of batches after this time.
   */
  async savedLines(name: string, after = 0): Promise<readonly string[]> {
    const prefix = `s3://${this.bucket}/out/${name}-`;
    const files = (await this.#files.list(`${prefix}*`)).filter(
      ({ path }) => Number.parseInt(path.slice(prefix.length), 10) > after,
    );
    const inOrder = files.sort((a, b) => (a.path < b.path ? -1 : 1));
    const texts = await Promise.all(
      inOrder.map(async ({ path, size }) => Buffer.from(await this.#files.read(path, 0, size)).toString("utf8")),
    );
    return texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
  }

  /** Puts lines into a stream of the program, once and in order for each key. */
  async put(stream: string, lines: readonly (readonly [key: string, line: string])[]): Promise<void> {
    const entries = lines.map(([partitionKey, line]) => ({ partitionKey, data: Buffer.from(line) }));
    for (let left = entries; left.length > 0; ) {
      const results = await this.#producer.putRecords(stream, left);
      left = left.filter((_, i) => "errorCode" in (results[i] ?? { errorCode: "none" }));
      if (left.length > 0) await sleep(200);
    }
  }

  /** What lies in a stream of the program: keys and data as text, shard by shard, parents before their children. */
  async records(stream: string): Promise<readonly (readonly [key: string, text: string])[]> {
    const found: (readonly [string, string])[] = [];
    for (const { shardId } of await this.source.listShards(stream)) {
      let iterator: string | undefined = await this.source.getIterator(stream, shardId, { type: "trim-horizon" });
      while (iterator !== undefined) {
        const { records, nextIterator, millisBehindLatest } = await this.source.getRecords(iterator, 10_000);
        for (const { partitionKey, data } of records) found.push([partitionKey, Buffer.from(data).toString("utf8")]);
        iterator = millisBehindLatest === 0 && records.length === 0 ? undefined : nextIterator;
      }
    }
    return found;
  }

  close(): void {
    for (const client of [...Object.values(this.clients), this.#producerClient]) client.destroy();
  }
}

/** Deploys by the CDK's command line: `npx cdk deploy -c app=...`. */
export async function deploy(target: Endpoint, options: DeployOptions): Promise<Deployment> {
  const context = Object.entries({ removal: "destroy", ...options }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  await cdk(["deploy", "--all", "--require-approval", "never", ...context], target.env);
  const client = new CloudFormationClient({ endpoint: target.endpoint, region: target.env.AWS_REGION ?? REGION });
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
  client.destroy();
  const stack = Stacks.find(({ Outputs = [] }) =>
    Outputs.some(({ OutputKey }) => OutputKey === "ApplicationScheduler"),
  );
  const outputs = (stack?.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]);
  return new Deployment(target, Object.fromEntries(outputs));
}

/** Runs the CDK's command line in this checkout. @throws {Error} with all that it said when it fails. */
async function cdk(args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  // Not in cdk.out: two deployments at a time would use the same.
  const output = mkdtempSync(join(tmpdir(), "sluice-cdk-"));
  const program = join(root, "node_modules", "aws-cdk", "bin", "cdk");
  const child = spawn(process.execPath, [program, ...args, "--output", output], {
    cwd: root,
    env: { ...process.env, ...env, CI: "true", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  const [exitCode] = await once(child, "close");
  rmSync(output, { recursive: true });
  if (exitCode !== 0) throw new Error(`cdk ${args.join(" ")} ended with ${String(exitCode)}:\n${said}`);
}
