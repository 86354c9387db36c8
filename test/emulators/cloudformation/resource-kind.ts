/** What the emulator knows of a type of resource. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Schedules } from "./schedules.js";

/** A resource that was made. */
export interface MadeResource {
  /** The physical id. */
  readonly id: string;
  /** What `Ref` gives, where that is not the physical id. */
  readonly ref?: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Where resources are made: the services, reached as everybody reaches them. */
export interface ResourceWorld {
  readonly account: string;
  readonly region: string;
  readonly kinesis: KinesisClient;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly lambda: LambdaClient;
  readonly schedules: Schedules;
}

/** A resource's place. */
export interface ResourceContext extends ResourceWorld {
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
}

export type Properties = Readonly<Record<string, unknown>>;

export interface ResourceKind {
  create(properties: Properties, context: ResourceContext): Promise<MadeResource>;
  /** @defaultValue `create`, which makes another one; the old one is deleted at the end, as by a replacement */
  update?(properties: Properties, context: ResourceContext, old: MadeResource): Promise<MadeResource>;
  delete?(made: MadeResource, context: ResourceContext, properties: Properties): Promise<void>;
}

/** A name as CloudFormation makes them: stack, logical id, something that nobody else has. */
export function generatedName({ stackName, logicalId }: ResourceContext, longest = 64): string {
  const unique = crypto.randomUUID().replaceAll("-", "").slice(0, 12);
  return `${`${stackName}-${logicalId}`.slice(0, longest - 13)}-${unique}`;
}

/** The ARN of something in this account and region. */
export function arn(
  { region, account }: Pick<ResourceContext, "region" | "account">,
  service: string,
  rest: string,
): string {
  return `arn:aws:${service}:${region}:${account}:${rest}`;
}
