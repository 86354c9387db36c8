/**
 * What each kind of function may do, and nothing else. docs/permissions.md tells it to people; a test holds both, and the
 * calls that the ports make, to one another.
 */

import { Aws } from "aws-cdk-lib";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as s3 from "aws-cdk-lib/aws-s3";
import { jobName } from "../shared/checkpoint/index.js";
import type { ProgramDescription } from "../shared/plan/index.js";
import { acknowledgeWildcard } from "./acknowledge.js";
import type { Functions } from "./functions.js";
import { jobObjects, OUT_PREFIX } from "./resource-names.js";
import type { Streams } from "./streams.js";

export interface Resources {
  readonly program: ProgramDescription;
  readonly bucket: s3.IBucket;
  readonly table: dynamodb.ITable;
  /** Is the table one that other applications may use too? */
  readonly sharedTable: boolean;
  readonly streams: Streams;
}

/** Gives both roles what they need of the application's resources, and the scheduler what makes it the driver. */
export function grantPermissions(functions: Functions, resources: Resources): void {
  const { schedulerRole, executorRole } = functions;
  for (const role of [schedulerRole, executorRole]) {
    grant(role, dataStatements(resources));
    grantKeys(role, resources);
  }
  grant(schedulerRole, driverStatements(functions, resources));
}

/** Why the resources of a statement may end in a wildcard. */
const WILDCARDS: Readonly<Record<string, string>> = {
  Objects: "Objects below the prefix of the application, and below the one for the files that its program saves.",
  DeleteObjects: "Objects below the prefix of the application.",
  ReadFiles: "Files below a directory that the program reads.",
  Call: "Versions of the application's own executors: during a deployment the scheduler of before calls those of before.",
};

function grant(role: iam.Role, statements: readonly iam.PolicyStatement[]): void {
  for (const statement of statements) {
    role.addToPolicy(statement);
    const wildcards = statement.resources.filter((resource) => resource.endsWith("*"));
    const reason = WILDCARDS[statement.sid ?? ""];
    if (reason !== undefined) for (const resource of wildcards) acknowledgeWildcard(role, resource, reason);
  }
}

/** What running tasks takes: an executor's whole business, and the scheduler's when it runs a small batch itself. */
function dataStatements({ program, bucket, table, sharedTable, streams }: Resources): iam.PolicyStatement[] {
  const own = sharedTable ? ownItems(program.name) : {};
  return [
    allow("Items", ["dynamodb:GetItem", "dynamodb:PutItem"], [table.tableArn], own),
    allow(
      "Objects",
      ["s3:GetObject", "s3:PutObject"],
      [bucket.arnForObjects(jobObjects(program.name)), bucket.arnForObjects(`${OUT_PREFIX}/*`)],
    ),
    // Without it S3 answers 403 for an object that is not there, instead of 404.
    allow("Names", ["s3:ListBucket"], [bucket.bucketArn]),
    ...readStreams(streams),
    ...readDirectories(program),
  ];
}

/** Moving the head, deleting what is no longer referred to, calling executors and its own successor. */
function driverStatements(
  functions: Functions,
  { program, bucket, table, sharedTable }: Resources,
): iam.PolicyStatement[] {
  const own = sharedTable ? ownItems(program.name) : {};
  const executors = functions.executors.map((executor) => `${executor.functionArn}:*`);
  return [
    allow(
      "MoveHead",
      ["dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:Query"],
      [table.tableArn],
      own,
    ),
    allow("DeleteObjects", ["s3:DeleteObject"], [bucket.arnForObjects(jobObjects(program.name))]),
    allow("Call", ["lambda:InvokeFunction"], [...executors, functions.schedulerArn]),
  ];
}

/** Items of this application in a table that others use too. */
function ownItems(appName: string): iam.Conditions {
  return { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [jobName(appName)] } };
}

function readStreams(streams: Streams): iam.PolicyStatement[] {
  const resources = Object.values(streams).map((stream) => stream.streamArn);
  if (resources.length === 0) return [];
  const actions = ["DescribeStreamSummary", "ListShards", "GetShardIterator", "GetRecords"];
  return [
    allow(
      "ReadStreams",
      actions.map((action) => `kinesis:${action}`),
      resources,
    ),
  ];
}

/** Directories of S3 that the program reads, as far as its graph tells. */
function readDirectories({ inputs, files }: ProgramDescription): iam.PolicyStatement[] {
  const paths = [...inputs.flatMap((input) => (input.type === "files" ? [input.directory] : [])), ...files.map(pathOf)];
  const places = paths.flatMap((path) => s3Place(path) ?? []);
  if (places.length === 0) return [];
  return [
    allow(
      "ReadFiles",
      ["s3:GetObject"],
      places.map(({ bucket, key }) => `arn:${Aws.PARTITION}:s3:::${bucket}/${key}*`),
    ),
    allow(
      "ListFiles",
      ["s3:ListBucket"],
      places.map(({ bucket }) => `arn:${Aws.PARTITION}:s3:::${bucket}`),
    ),
  ];
}

function pathOf({ path }: { readonly path: string }): string {
  return path;
}

/** Bucket and key of `s3://bucket/key`, the key up to its first wildcard; `undefined` for other paths. */
function s3Place(path: string): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)\/?([^*]*)/.exec(path) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

/** Existing resources may be encrypted with a key of their owner's. */
function grantKeys(role: iam.IRole, { bucket, table, streams }: Resources): void {
  bucket.encryptionKey?.grantEncryptDecrypt(role);
  table.encryptionKey?.grantEncryptDecrypt(role);
  for (const stream of Object.values(streams)) stream.encryptionKey?.grantDecrypt(role);
}

function allow(
  sid: string,
  actions: string[],
  resources: string[],
  conditions: iam.Conditions = {},
): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid, actions, resources, conditions });
}
