import { RemovalPolicy, type Stack } from "aws-cdk-lib";
import { Match, type Template } from "aws-cdk-lib/assertions";
import * as kinesis from "aws-cdk-lib/aws-kinesis";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import * as s3 from "aws-cdk-lib/aws-s3";
import { awsConfig, schedulerConfig } from "../../shared/aws/aws-config.js";
import {
  blockName,
  jobName,
  keptName,
  manifestObject,
  outputName,
  scratchName,
} from "../../shared/checkpoint/index.js";
import { seconds, streamingApp } from "../../shared/index.js";
import { bundleOf, example, type Resource, resourcesOf, synthesise } from "./synthesise.js";

const program = example("kinesis-word-count");

function ofType(template: Template, type: string): Readonly<Record<string, Resource>> {
  return Object.fromEntries(Object.entries(resourcesOf(template)).filter(([, { Type }]) => Type === type));
}

/** The properties of the one resource of a type, or of the first that has this handler. */
function propertiesOf(template: Template, type: string, handler?: string): Readonly<Record<string, unknown>> {
  const found = Object.values(ofType(template, type)).find(({ Properties }) => Properties.Handler === handler);
  if (found === undefined) throw new Error(`no ${type}`);
  return found.Properties;
}

/** Settings of a function as it will find them, with names in place of what CloudFormation fills in. */
function settingsOf(template: Template, handler: string): Readonly<Record<string, string>> {
  const { Environment } = propertiesOf(template, "AWS::Lambda::Function", handler);
  const { Variables } = Environment as { readonly Variables: Record<string, unknown> };
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, filled(value)]));
}

/** Names of resources are at most 64 characters; here they are 64. */
function filled(value: unknown): string {
  if (typeof value === "string") return value;
  const { Ref, "Fn::GetAtt": attribute, "Fn::Join": join } = value as Record<string, unknown>;
  if (Ref !== undefined) return String(Ref).padEnd(64, "x").slice(0, 64);
  if (attribute !== undefined) return "99999";
  const [separator, parts] = join as readonly [string, readonly unknown[]];
  return parts.map(filled).join(separator);
}

describe("StreamingApplication", () => {
  const { template, application } = synthesise(program);

  it("tells its functions what they read", () => {
    const config = schedulerConfig(settingsOf(template, "index.scheduler"));
    expect(config).toMatchObject({
      app: "kinesis-word-count",
      parallelism: 8,
      scheduler: expect.stringMatching(/^Test-Application-Functions-\w+-scheduler$/),
      executor: expect.stringMatching(/^ApplicationFunctionsExecutor\w+:99999$/),
      streams: { lines: expect.stringContaining("Stream") },
    });
    expect(config.slots).toHaveLength(4);
    expect(new Set(config.slots).size).toBe(4);
    const { app, bucket, table, streams, codeVersion } = config;
    expect(awsConfig(settingsOf(template, "index.executor"))).toEqual({
      app,
      bucket,
      table,
      streams,
      codeVersion,
      logLevel: undefined,
    });
  });

  it("tells programs where they may save files", () => {
    const { SLUICE_OUT, SLUICE_BUCKET } = settingsOf(template, "index.executor");
    expect(SLUICE_OUT).toBe(`s3://${SLUICE_BUCKET}/out`);
  });

  it("names the scheduler as it names it to itself", () => {
    const { SLUICE_SCHEDULER } = settingsOf(template, "index.scheduler");
    template.hasResourceProperties("AWS::Lambda::Function", { FunctionName: SLUICE_SCHEDULER });
    template.hasOutput("ApplicationScheduler", { Value: SLUICE_SCHEDULER });
  });

  it("has outputs by which it is found", () => {
    expect(Object.keys(template.toJSON().Outputs)).toEqual([
      "ApplicationApplication",
      "ApplicationScheduler",
      "ApplicationTable",
      "ApplicationBucket",
      "ApplicationStreams",
    ]);
    template.hasOutput("ApplicationApplication", { Value: "kinesis-word-count" });
  });

  it("has the resources at hand", () => {
    expect(application.applicationName).toBe("kinesis-word-count");
    expect(Object.keys(application.streams)).toEqual(["lines"]);
    expect(application.executors).toHaveLength(5);
    expect(application.alarms.length).toBeGreaterThan(10);
  });

  it("marks what it made", () => {
    template.hasResourceProperties("AWS::DynamoDB::Table", {
      Tags: Match.arrayWith([{ Key: "sluice:application", Value: "kinesis-word-count" }]),
    });
  });
});

describe("schedule", () => {
  const { template } = synthesise(program);
  const letters = { "Fn::GetAtt": [Match.stringLikeRegexp("DeadLetters"), "Arn"] };

  it("ticks every minute, at the scheduler, without trying again", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(1 minute)",
      Targets: [
        {
          Arn: { "Fn::GetAtt": [Match.stringLikeRegexp("Scheduler"), "Arn"] },
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
          DeadLetterConfig: { Arn: letters },
        },
      ],
    });
    template.hasResourceProperties("AWS::Lambda::Permission", {
      FunctionName: { "Fn::GetAtt": [Match.stringLikeRegexp("Scheduler"), "Arn"] },
      Principal: "events.amazonaws.com",
      SourceArn: { "Fn::GetAtt": [Match.stringLikeRegexp("Tick"), "Arn"] },
    });
  });

  it("hands over without trying again", () => {
    template.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: letters } },
    });
  });

  it("lets the scheduler call itself for ever", () => {
    template.hasResourceProperties("AWS::Lambda::Function", { Handler: "index.scheduler", RecursiveLoop: "Allow" });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Handler: "index.executor",
      RecursiveLoop: Match.absent(),
    });
  });

  it("wakes up by records only where it is asked to", () => {
    template.resourceCountIs("AWS::Lambda::EventSourceMapping", 0);
    const awake = synthesise(program, { wakeUp: true }).template;
    awake.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      StartingPosition: "LATEST",
      MaximumRetryAttempts: 0,
      FunctionName: { Ref: Match.stringLikeRegexp("Scheduler") },
    });
  });
});

describe("traces", () => {
  const functions = (props: Parameters<typeof synthesise>[1]) =>
    Object.values(ofType(synthesise(program, props).template, "AWS::Lambda::Function")).map(({ Properties }) => ({
      handler: Properties?.Handler as string,
      tracing: Properties?.TracingConfig as unknown,
      collector: (Properties?.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables
        ?.SLUICE_TRACES,
    }));

  it("are not made unless they are asked for", () => {
    for (const { tracing, collector } of functions({})) expect([tracing, collector]).toEqual([undefined, undefined]);
  });

  it("go to a collector from the scheduler", () => {
    for (const { handler, collector } of functions({ traces: "https://collector.example.com" })) {
      expect(collector).toBe(handler === "index.scheduler" ? "https://collector.example.com" : undefined);
    }
    expect(() => functions({ traces: "collector:4318" })).toThrow("use a URL");
  });

  it("of X-Ray are of all functions, which may send them", () => {
    const traced = functions({ xray: true });
    expect(traced.length).toBeGreaterThan(4);
    for (const { tracing } of traced) expect(tracing).toEqual({ Mode: "Active" });
    const policies = JSON.stringify(ofType(synthesise(program, { xray: true }).template, "AWS::IAM::Policy"));
    expect(policies.match(/xray:PutTraceSegments/g)).toHaveLength(2);
  });
});

describe("versions", () => {
  /** Logical id of the version of each function. */
  const versions = (template: Template): readonly string[] => Object.keys(ofType(template, "AWS::Lambda::Version"));

  it("are what the scheduler calls", () => {
    const { template } = synthesise(program);
    expect(versions(template)).toHaveLength(5);
    const { Environment } = propertiesOf(template, "AWS::Lambda::Function", "index.scheduler");
    const text = JSON.stringify(Environment);
    const called = versions(template).filter((id) => text.includes(`"${id}","Version"`));
    expect(called).toHaveLength(5);
  });

  it("change nothing of what others call: rule, target and permission stay as they are", () => {
    const constant = (bundle: ReturnType<typeof bundleOf>): unknown[] => {
      const types = ["AWS::Events::Rule", "AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig"];
      const { template } = synthesise(program, { bundle });
      return types.map((type) => ofType(template, type));
    };
    expect(constant(bundleOf("export const scheduler = 3, executor = 4;"))).toEqual(constant(bundleOf()));
  });

  it("are new when the code is, and else the same", () => {
    const before = versions(synthesise(program).template);
    const after = versions(
      synthesise(program, { bundle: bundleOf("export const scheduler = 3, executor = 4;") }).template,
    );
    expect(versions(synthesise(program).template)).toEqual(before);
    expect(before.filter((id) => after.includes(id))).toEqual([]);
  });

  it("stay when a new one comes: a batch that runs ends on its own", () => {
    for (const { DeletionPolicy } of Object.values(ofType(synthesise(program).template, "AWS::Lambda::Version"))) {
      expect(DeletionPolicy).toBe("Retain");
    }
  });
});

describe("the bucket", () => {
  const { template } = synthesise(program);
  const bucket = propertiesOf(template, "AWS::S3::Bucket");
  const { PolicyDocument } = propertiesOf(template, "AWS::S3::BucketPolicy");
  const { Statement } = PolicyDocument as { readonly Statement: readonly Record<string, unknown>[] };

  it("takes no request without TLS, and is not public", () => {
    expect(Statement[0]).toMatchObject({
      Effect: "Deny",
      Action: "s3:*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    expect(bucket.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  it("denies only unconditional writes, and only of a job's objects", () => {
    const denied = Statement.filter(({ Effect }) => Effect === "Deny").slice(1);
    expect(denied).toEqual([
      {
        Sid: "WriteOnce",
        Effect: "Deny",
        Principal: { AWS: "*" },
        // Reading and deleting have actions of their own.
        Action: "s3:PutObject",
        Resource: { "Fn::Join": ["", [{ "Fn::GetAtt": [expect.any(String), "Arn"] }, "/job-*"]] },
        Condition: { Null: { "s3:if-none-match": "true" }, Bool: { "s3:ObjectCreationOperation": "true" } },
      },
    ]);
    expect(jobName("any")).toMatch(/^job-/);
  });

  it("expires scratch, and nothing that is live", () => {
    const { Rules } = bucket.LifecycleConfiguration as {
      readonly Rules: readonly { readonly Prefix?: string; readonly ExpirationInDays?: number }[];
    };
    const expired = Rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
    const expires = (name: string): boolean => expired.some(({ Prefix = "" }) => name.startsWith(Prefix));
    const job = jobName(program.name);
    expect(expires(scratchName(job, "plan", "execution", "1"))).toBe(true);
    const live = [
      blockName(job, "manifest", "lines", "shard-0"),
      manifestObject(job, "m"),
      keptName(job, "e"),
      outputName(job, "plan", "e", "print-0", 0),
      `${job}/st/totals/1`,
      "out/counts-1000/part-00000",
    ];
    expect(live.filter(expires)).toEqual([]);
    expect(expired.every(({ ExpirationInDays = 0 }) => ExpirationInDays >= 1)).toBe(true);
  });
});

describe("properties", () => {
  it("take existing streams, bucket and table", () => {
    const { template } = synthesise(program, (stack) => ({
      streams: {
        lines: kinesis.Stream.fromStreamArn(stack, "S", "arn:aws:kinesis:us-east-1:123456789012:stream/theirs"),
      },
      bucket: s3.Bucket.fromBucketName(stack, "B", "their-bucket"),
    }));
    template.resourceCountIs("AWS::Kinesis::Stream", 0);
    template.resourceCountIs("AWS::S3::Bucket", 0);
    expect(awsConfig(settingsOf(template, "index.executor"))).toMatchObject({
      bucket: "their-bucket",
      streams: { lines: "theirs" },
    });
  });

  it("remove everything, if so asked", () => {
    const { template } = synthesise(program, { removalPolicy: RemovalPolicy.DESTROY });
    const kept = Object.values(resourcesOf(template)).filter(({ DeletionPolicy }) => DeletionPolicy === "Retain");
    expect(new Set(kept.map(({ Type }) => Type))).toEqual(new Set(["AWS::Lambda::Version"]));
    template.resourceCountIs("Custom::S3AutoDeleteObjects", 1);
  });

  it("size functions and streams", () => {
    const { template } = synthesise(program, {
      memory: 3008,
      schedulerMemory: 512,
      slots: 2,
      shards: 3,
      parallelism: 64,
      logRetention: RetentionDays.ONE_WEEK,
    });
    template.resourcePropertiesCountIs("AWS::Lambda::Function", { MemorySize: 3008, Handler: "index.executor" }, 3);
    template.resourcePropertiesCountIs("AWS::Lambda::Function", { MemorySize: 512, Handler: "index.scheduler" }, 1);
    template.resourcePropertiesCountIs("AWS::Logs::LogGroup", { RetentionInDays: 7 }, 4);
    template.hasResourceProperties("AWS::Kinesis::Stream", { ShardCount: 3 });
    expect(schedulerConfig(settingsOf(template, "index.scheduler"))).toMatchObject({ parallelism: 64 });
  });

  it("allow for as many slots as the scheduler's settings hold", () => {
    const settings = settingsOf(synthesise(program, { slots: 32 }).template, "index.scheduler");
    expect(schedulerConfig(settings).slots).toHaveLength(32);
    const bytes = Object.entries(settings).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    expect(bytes).toBeLessThan(4096);
  });

  it("allow for none", () => {
    const settings = settingsOf(synthesise(program, { slots: 0 }).template, "index.scheduler");
    expect(schedulerConfig(settings).slots).toEqual([]);
  });

  it("pass the program's environment on, but not over what the engine reads", () => {
    const { template } = synthesise(program, {
      environment: { REGION: "north", SLUICE_APP: "other", SLUICE_OUT: "s3://b" },
    });
    expect(settingsOf(template, "index.executor")).toMatchObject({
      REGION: "north",
      SLUICE_APP: "kinesis-word-count",
      SLUICE_OUT: "s3://b",
    });
  });

  it.each([
    [{ slots: 33 }, "slots must be a whole number from 0 to 32, not 33."],
    [{ slots: 1.5 }, "slots must be a whole number from 0 to 32, not 1.5."],
    [{ memory: 64 }, "memory must be a whole number from 128 to 10240, not 64."],
    [{ parallelism: 0 }, "parallelism must be a whole number of at least 1, not 0."],
    [{ shards: Number.NaN }, "shards must be a whole number of at least 1, not NaN."],
  ])("refuse %j", (props, message) => {
    expect(() => synthesise(program, props)).toThrow(message);
  });

  it("refuse a stream that the program does not read", () => {
    const props = (stack: Stack) => ({ streams: { line: new kinesis.Stream(stack, "S") as kinesis.IStream } });
    expect(() => synthesise(program, props)).toThrow('kinesis-word-count reads no stream "line"; it reads: lines.');
  });
});

describe("a program that reads what is not there on AWS", () => {
  const reader = streamingApp("reader", { batchDuration: seconds(1) }, (ssc) => ssc.textFileStream("logs").print());

  it("is warned of", () => {
    const { application } = synthesise(reader);
    const warnings = application.node.metadata.filter(({ type }) => type === "aws:cdk:warning");
    expect(warnings.map(({ data }) => data)).toEqual([
      expect.stringContaining("The program reads logs, which is not there"),
    ]);
  });
});
