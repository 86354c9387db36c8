/** Who may do what: the roles, the calls that the ports make, and docs/permissions.md say the same. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as kinesis from "aws-cdk-lib/aws-kinesis";
import * as kms from "aws-cdk-lib/aws-kms";
import * as s3 from "aws-cdk-lib/aws-s3";
import { seconds, streamingApp } from "../../shared/index.js";
import { example, type Props, resourcesOf, synthesise } from "./synthesise.js";

const root = join(__dirname, "..", "..");

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const program = example("kinesis-word-count");

/** Statements of the role of executors or of the scheduler. */
function statementsOf(kind: "Scheduler" | "Executor", template = synthesise(program).template): readonly Statement[] {
  const policies = Object.entries(resourcesOf(template)).filter(
    ([id, { Type }]) => Type === "AWS::IAM::Policy" && id.includes(`${kind}Role`),
  );
  return policies.flatMap(([, { Properties }]) => {
    return (Properties.PolicyDocument as { readonly Statement: readonly Statement[] }).Statement;
  });
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function actionsOf(statements: readonly Statement[]): readonly string[] {
  return [...new Set(statements.flatMap(({ Action }) => listOf(Action)))].sort();
}

/** `<Bucket.Arn>/job-a/*` of a resource of a statement. */
function text(value: unknown): string {
  if (typeof value === "string") return value;
  const { Ref, "Fn::GetAtt": get, "Fn::Join": join } = value as Record<string, readonly unknown[]>;
  if (get) return `<${get.join(".")}>`;
  if (join) return (join[1] as unknown[]).map(text).join("");
  return `<${String(Ref)}>`;
}

function resourcesIn(statements: readonly Statement[], action: string): readonly string[] {
  const having = statements.filter(({ Action }) => listOf(Action).includes(action));
  return having.flatMap(({ Resource }) => listOf(Resource).map(text)).sort();
}

const table = "<ApplicationTable83A3FA12.Arn>";
const bucket = "<ApplicationBucketF68764A0.Arn>";
const stream = "<ApplicationStreamlines706AC8DA.Arn>";
const job = `${bucket}/job-kinesis-word-count/*`;

describe("an executor", () => {
  const statements = statementsOf("Executor");

  it("may do what tasks take, and nothing else", () => {
    expect(actionsOf(statements)).toEqual([
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "s3:GetObject",
      "s3:ListBucket",
      "s3:PutObject",
    ]);
  });

  it("may do it to what belongs to the application", () => {
    expect(resourcesIn(statements, "dynamodb:PutItem")).toEqual([table]);
    expect(resourcesIn(statements, "s3:PutObject")).toEqual([job, `${bucket}/out/*`]);
    expect(resourcesIn(statements, "s3:ListBucket")).toEqual([bucket]);
    expect(resourcesIn(statements, "kinesis:GetRecords")).toEqual([stream]);
    expect(resourcesIn(statements, "logs:PutLogEvents")).toHaveLength(5);
  });
});

describe("the scheduler", () => {
  const statements = statementsOf("Scheduler");

  it("may do what an executor may, and what makes it the driver", () => {
    const more = actionsOf(statements).filter((action) => !actionsOf(statementsOf("Executor")).includes(action));
    expect(more).toEqual([
      "dynamodb:BatchWriteItem",
      "dynamodb:DeleteItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
      "lambda:InvokeFunction",
      "s3:DeleteObject",
      "sqs:GetQueueAttributes",
      "sqs:GetQueueUrl",
      "sqs:SendMessage",
    ]);
    expect(actionsOf(statements)).toEqual(expect.arrayContaining([...actionsOf(statementsOf("Executor"))]));
  });

  it("deletes nothing but objects of the job, and moves heads in its table only", () => {
    expect(resourcesIn(statements, "s3:DeleteObject")).toEqual([job]);
    expect(resourcesIn(statements, "dynamodb:UpdateItem")).toEqual([table]);
  });

  it("calls versions of the executors, and itself", () => {
    const called = resourcesIn(statements, "lambda:InvokeFunction");
    expect(called.filter((name) => /^<ApplicationFunctions[Ee]xecutor\w+\.Arn>:\*$/.test(name))).toHaveLength(5);
    expect(called.filter((name) => name.startsWith("arn:"))).toEqual([
      expect.stringMatching(
        /:lambda:<AWS::Region>:<AWS::AccountId>:function:Test-Application-Functions-\w+-scheduler$/,
      ),
    ]);
    expect(called).toHaveLength(6);
  });

  it("reads for the wake-up only when there is one", () => {
    const actions = actionsOf(statementsOf("Scheduler", synthesise(program, { wakeUp: true }).template));
    expect(actions).toContain("kinesis:DescribeStream");
    expect(actionsOf(statements)).not.toContain("kinesis:DescribeStream");
  });
});

describe("either", () => {
  it("has wildcards at the end of names only, and none in actions", () => {
    for (const statement of [...statementsOf("Scheduler"), ...statementsOf("Executor")]) {
      for (const action of listOf(statement.Action)) expect(action).not.toContain("*");
      for (const resource of listOf(statement.Resource).map(text)) expect(resource).toMatch(/^[^*]{20,}\*?$/);
    }
  });

  it("has what every call of the ports takes", () => {
    const calls = commandsIn("shared/aws").filter((command) => !OF_OPERATORS.includes(command));
    expect(calls.length).toBeGreaterThan(10);
    const allowed = actionsOf(statementsOf("Scheduler"));
    expect(calls.filter((call) => !allowed.includes(actionFor(call)))).toEqual([]);
  });

  it("has nothing that no call takes", () => {
    const taken = commandsIn("shared/aws").map(actionFor);
    // Lambda and CloudWatch Logs make these calls, in the role's name; the port deletes single items in batches.
    const notOurs = /^(sqs|logs):|^dynamodb:DeleteItem$/;
    const allowed = actionsOf(statementsOf("Scheduler")).filter((action) => !notOurs.test(action));
    expect(allowed.filter((action) => !taken.includes(action))).toEqual([]);
  });

  it("is granted what the program needs besides", () => {
    const made = synthesise(program);
    s3.Bucket.fromBucketName(made.stack, "Sink", "sink").grantPut(made.application);
    for (const kind of ["Scheduler", "Executor"] as const) {
      expect(resourcesIn(statementsOf(kind, made.template), "s3:PutObject")).toContain(
        "arn:<AWS::Partition>:s3:::sink/*",
      );
    }
  });
});

describe("of existing resources", () => {
  const existing: Props = (stack) => ({
    table: dynamodb.Table.fromTableAttributes(stack, "Shared", {
      tableName: "shared",
      encryptionKey: kms.Key.fromKeyArn(stack, "Key", "arn:aws:kms:us-east-1:123456789012:key/1"),
    }),
    streams: {
      lines: kinesis.Stream.fromStreamArn(stack, "Theirs", "arn:aws:kinesis:us-east-1:123456789012:stream/a"),
    },
  });

  it("only the application's items may be touched", () => {
    const { template } = synthesise(program, existing);
    for (const kind of ["Scheduler", "Executor"] as const) {
      const items = statementsOf(kind, template).filter(({ Action }) => /^dynamodb:/.test(String(listOf(Action)[0])));
      expect(items.length).toBeGreaterThan(0);
      for (const { Condition } of items) {
        expect(Condition).toEqual({
          "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["job-kinesis-word-count"] },
        });
      }
    }
  });

  it("streams are read, and keys used", () => {
    const statements = statementsOf("Executor", synthesise(program, existing).template);
    expect(resourcesIn(statements, "kinesis:GetRecords")).toEqual(["arn:aws:kinesis:us-east-1:123456789012:stream/a"]);
    expect(resourcesIn(statements, "kms:Decrypt")).toEqual(["arn:aws:kms:us-east-1:123456789012:key/1"]);
  });
});

it("lets directories of S3 be read that the program reads", () => {
  const reader = streamingApp("reader", { batchDuration: seconds(1) }, (ssc) => {
    ssc.textFileStream("s3://logs/raw/day=*").print();
  });
  const statements = statementsOf("Executor", synthesise(reader).template);
  expect(resourcesIn(statements, "s3:GetObject")).toContain("arn:<AWS::Partition>:s3:::logs/raw/day=*");
  expect(resourcesIn(statements, "s3:ListBucket")).toContain("arn:<AWS::Partition>:s3:::logs");
});

describe("docs/permissions.md", () => {
  const page = readFileSync(join(root, "docs", "permissions.md"), "utf8");

  it.each(["Scheduler", "Executor"] as const)("has every action of the %s", (kind) => {
    const section = page.split(/^## /m).find((part) => part.startsWith("The functions")) ?? "";
    const actions = actionsOf(statementsOf(kind));
    expect(actions.filter((action) => !section.includes(`\`${action}\``))).toEqual([]);
  });
});

/** Calls that only `sluice` makes, from an operator's or a receiver's host. */
const OF_OPERATORS = ["CreateStream", "PutRecords"];

/** Names of the SDK's commands that the sources of a folder use. */
function commandsIn(folder: string): readonly string[] {
  const sources = readdirSync(join(root, folder)).map((file) => readFileSync(join(root, folder, file), "utf8"));
  return [...new Set(sources.flatMap((source) => source.match(/\b[A-Z]\w+(?=Command\()/g) ?? []))].sort();
}

/** The action of IAM that a call takes, where it is not called the same. */
const ACTIONS: Readonly<Record<string, string>> = {
  HeadObject: "s3:GetObject",
  GetObject: "s3:GetObject",
  PutObject: "s3:PutObject",
  DeleteObjects: "s3:DeleteObject",
  ListObjectsV2: "s3:ListBucket",
  Invoke: "lambda:InvokeFunction",
};

function actionFor(call: string): string {
  return ACTIONS[call] ?? `${/Item$|^Query$/.test(call) ? "dynamodb" : "kinesis"}:${call}`;
}
