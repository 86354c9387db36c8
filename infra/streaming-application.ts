import { RemovalPolicy, Stack, Tags, Token } from "aws-cdk-lib";
import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import type * as events from "aws-cdk-lib/aws-events";
import type * as iam from "aws-cdk-lib/aws-iam";
import type * as kinesis from "aws-cdk-lib/aws-kinesis";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type * as s3 from "aws-cdk-lib/aws-s3";
import type * as sns from "aws-cdk-lib/aws-sns";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { IllegalArgumentError } from "../shared/errors/index.js";
import type { ProgramDescription } from "../shared/plan/index.js";
import { Alarms } from "./alarms.js";
import { type Bundle, bundleProgram } from "./bundle.js";
import { newDashboard } from "./dashboard.js";
import { newDeadLetters } from "./dead-letters.js";
import { describeProgram } from "./describe-program.js";
import { EveryFunction } from "./every-function.js";
import { Functions } from "./functions.js";
import { wholeNumber } from "./numbers.js";
import { addOutputs } from "./outputs.js";
import { grantPermissions } from "./permissions.js";
import { OUT_PREFIX } from "./resource-names.js";
import { scheduleTicks, wakeUpByRecords } from "./schedule.js";
import { newBucket, newTable } from "./storage.js";
import { streamsOf, warnOfLocalInputs } from "./streams.js";

/** What can be said about a deployment; `entry` is enough. */
export interface StreamingApplicationProps {
  /** The program's file, which default-exports `streamingApp(...)`. */
  readonly entry: string;
  /** Existing streams, by their name in the program. @defaultValue new ones */
  readonly streams?: Readonly<Record<string, kinesis.IStream>>;
  /** Shards of each new stream. @defaultValue 1 */
  readonly shards?: number;
  /** An existing bucket. Its policies and lifecycle rules are its owner's: see docs/deploy.md. @defaultValue a new one */
  readonly bucket?: s3.IBucket;
  /** An existing table with the string keys `pk` and `sk`. @defaultValue a new one */
  readonly table?: dynamodb.ITable;
  /** Memory of each executor, megabytes; Lambda gives computing power with it, one core at 1,769. @defaultValue 1769 */
  readonly memory?: number;
  /** Memory of the scheduler, megabytes. It runs small batches itself. @defaultValue 1024 */
  readonly schedulerMemory?: number;
  /** Functions for stateful tasks, each of which keeps its partitions' state warm; 0 to 32. @defaultValue 4 */
  readonly slots?: number;
  /** Executors at work at a time. Mind the account's concurrency. @defaultValue 8 */
  readonly parallelism?: number;
  /**
   * Start a sleeping application within seconds of a record, and not with the next tick. For programs with an `idleTimeout`;
   * costs an invocation a shard for as long as records arrive. @defaultValue false
   */
  readonly wakeUp?: boolean;
  /** What becomes of bucket, table and streams with the stack. @defaultValue they are retained */
  readonly removalPolicy?: RemovalPolicy;
  /** Who is told of alarms, and of their end. @defaultValue nobody */
  readonly alarmTopic?: sns.ITopic;
  /** US dollars a day above which the cost alarm rises. @defaultValue 10 */
  readonly dailyCost?: number;
  /**
   * URL of a collector of OpenTelemetry (OTLP over HTTP), to which the scheduler sends a trace of each batch; it must be within
   * reach of functions outside of any VPC. @defaultValue no traces
   */
  readonly traces?: string;
  /** Trace the functions' invocations by AWS X-Ray. @defaultValue false */
  readonly xray?: boolean;
  /** @defaultValue a month */
  readonly logRetention?: RetentionDays;
  /** Environment variables that the program reads, when it is synthesised and when it runs. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What {@link bundleProgram} made of the program, if that is a step of its own. @defaultValue it is bundled now */
  readonly bundle?: Pick<Bundle, "directory" | "codeVersion">;
  /** What {@link describeProgram} said of the program. @defaultValue it is asked now */
  readonly program?: ProgramDescription;
}

const DEFAULT_SHARDS = 1;
const DEFAULT_SLOTS = 4;
const DEFAULT_PARALLELISM = 8;
const DEFAULT_DAILY_COST = 10;

/** Memory at which Lambda gives one core, megabytes. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const ONE_CORE = 1769;
const DEFAULT_SCHEDULER_MEMORY = 1024;

/** Lambda's least and most, megabytes. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MEMORY = [128, 10_240] as const;

/** More slots than this do not make state any warmer, and their names fill up the scheduler's settings. */
const MAX_SLOTS = 32;

/**
 * A program of DStreams on AWS: scheduler and executors, streams, bucket, table, schedule, alarms, dashboard. It runs as soon
 * as it is deployed. The functions have the rights that the engine needs; what else the program reaches is granted to the
 * construct, as to a function: `bucket.grantPut(application)`.
 *
 * @throws {IllegalArgumentError} when the program cannot be loaded, or a property is impossible.
 *
 * @example
 * import { Stack } from "aws-cdk-lib";
 * import { StreamingApplication } from "sluice/cdk";
 *
 * class WordCountStack extends Stack {
 *   readonly wordCount = new StreamingApplication(this, "WordCount", { entry: "examples/word-count.ts" });
 * }
 */
export class StreamingApplication extends Construct implements iam.IGrantable {
  /** Name of the application, as the program says. */
  readonly applicationName: string;
  /** What the program needs. */
  readonly program: ProgramDescription;
  readonly bucket: s3.IBucket;
  readonly table: dynamodb.ITable;
  /** By name in the program; those that receivers fill are among them. */
  readonly streams: Readonly<Record<string, kinesis.IStream>>;
  readonly scheduler: lambda.Function;
  /** The function for stateless tasks, then the slots. */
  readonly executors: readonly lambda.Function[];
  readonly schedule: events.Rule;
  readonly deadLetters: sqs.Queue;
  readonly alarms: readonly cloudwatch.Alarm[];
  readonly dashboard: cloudwatch.Dashboard;
  /** Whoever runs code of the program: scheduler and executors. */
  readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, props: StreamingApplicationProps) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.program = props.program ?? describeProgram(props.entry, { SLUICE_OUT: OUT_PREFIX, ...props.environment });
    this.applicationName = this.program.name;
    warnOfLocalInputs(this, this.program);

    this.bucket = props.bucket ?? newBucket(this, this.applicationName, removalPolicy);
    this.table = props.table ?? newTable(this, removalPolicy);
    this.streams = streamsOf(this, {
      program: this.program,
      existing: props.streams ?? {},
      shards: wholeNumber("shards", props.shards ?? DEFAULT_SHARDS, 1),
      removalPolicy,
    });

    const { directory, codeVersion } = props.bundle ?? bundleProgram(props.entry);
    const functions = new Functions(this, "Functions", {
      code: directory,
      environment: this.#environment(codeVersion, props),
      schedulerMemory: wholeNumber("schedulerMemory", props.schedulerMemory ?? DEFAULT_SCHEDULER_MEMORY, ...MEMORY),
      executorMemory: wholeNumber("memory", props.memory ?? ONE_CORE, ...MEMORY),
      slots: wholeNumber("slots", props.slots ?? DEFAULT_SLOTS, 0, MAX_SLOTS),
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
      schedulerEnvironment: props.traces === undefined ? {} : { SLUICE_TRACES: tracesUrl(props.traces) },
      xray: props.xray ?? false,
    });
    this.scheduler = functions.scheduler;
    this.executors = functions.executors;
    this.grantPrincipal = new EveryFunction(functions.schedulerRole, functions.executorRole);
    grantPermissions(functions, {
      program: this.program,
      bucket: this.bucket,
      table: this.table,
      sharedTable: props.table !== undefined,
      streams: this.streams,
    });

    this.deadLetters = newDeadLetters(this);
    this.schedule = scheduleTicks(this, this.scheduler, this.deadLetters);
    if (props.wakeUp) wakeUpByRecords(this.scheduler, this.streams);

    this.alarms = new Alarms(this, "Alarms", {
      program: this.program,
      functions,
      streams: this.streams,
      deadLetters: this.deadLetters,
      dailyCost: props.dailyCost ?? DEFAULT_DAILY_COST,
      ...(props.alarmTopic && { topic: props.alarmTopic }),
    }).all;
    this.dashboard = newDashboard(this, {
      appName: this.applicationName,
      functions,
      streams: this.streams,
      alarms: this.alarms,
    });

    Tags.of(this).add("sluice:application", this.applicationName);
    addOutputs(this, {
      Application: { value: this.applicationName, description: "Name of the application" },
      Scheduler: { value: functions.schedulerName, description: "Function that makes batches" },
      Table: { value: this.table.tableName, description: "Table with head, plans, manifests and small state" },
      Bucket: { value: this.bucket.bucketName, description: "Bucket with blocks, large state and files" },
      Streams: { value: streamNames(this, this.streams), description: "Streams by their name in the program, as JSON" },
    });
  }

  /** What handlers read: see `awsConfig`. Executors find all of it but the names of functions. */
  #environment(codeVersion: string, props: StreamingApplicationProps): Record<string, string> {
    return {
      SLUICE_OUT: `s3://${this.bucket.bucketName}/${OUT_PREFIX}`,
      ...props.environment,
      SLUICE_APP: this.applicationName,
      SLUICE_BUCKET: this.bucket.bucketName,
      SLUICE_TABLE: this.table.tableName,
      SLUICE_STREAMS: streamNames(this, this.streams),
      SLUICE_PARALLELISM: String(wholeNumber("parallelism", props.parallelism ?? DEFAULT_PARALLELISM, 1)),
      SLUICE_CODE_VERSION: codeVersion,
      // Stacks in the log name the program's lines.
      NODE_OPTIONS: "--enable-source-maps",
    };
  }
}

function streamNames(scope: Construct, streams: Readonly<Record<string, kinesis.IStream>>): string {
  const names = Object.entries(streams).map(([name, stream]) => [name, stream.streamName]);
  return Stack.of(scope).toJsonString(Object.fromEntries(names));
}

/** @throws {IllegalArgumentError} unless it is one, or a value that is known only when the stack is deployed. */
function tracesUrl(text: string): string {
  if (Token.isUnresolved(text) || (/^https?:\/\//.test(text) && URL.canParse(text))) return text;
  throw new IllegalArgumentError(
    `traces is ${JSON.stringify(text)}: use a URL such as https://collector.example.com:4318.`,
    {
      traces: text,
    },
  );
}
