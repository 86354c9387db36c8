/** Where an application keeps what must survive: bucket and table. */
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";
import { scratchPrefixes } from "./resource-names.js";

/**
 * Scratch is needed while its batch runs, and no driver runs longer than 15 minutes: what is older is of a killed one. Blocks
 * (`b/`) have no such rule: those of a batch that has halted may be the only copy of their records, however long it takes
 * to mend the program. They, and all the rest, are deleted by the application when nothing refers to them.
 */
const SCRATCH_EXPIRES = Duration.days(2);

export function newBucket(scope: Construct, appName: string, removalPolicy: RemovalPolicy): s3.IBucket {
  const bucket = new s3.Bucket(scope, "Bucket", {
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: [
      ...scratchPrefixes(appName).map((prefix) => ({ prefix, expiration: SCRATCH_EXPIRES })),
      { abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    removalPolicy,
    // CloudFormation does not delete a bucket that holds anything.
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
  });
  bucket.addToResourcePolicy(writeOnce(bucket));
  acknowledge(bucket, {
    "AwsSolutions-S1":
      "An access log would be a line for each of several requests a batch, in another bucket, to protect data that only two roles can reach. Who wants one adds CloudTrail data events or brings a bucket.",
  });
  // CDK is not written for exactOptionalPropertyTypes.
  return bucket as s3.IBucket;
}

/**
 * No object of a job is ever overwritten, not even by a mistake of ours or an operator's: it is created if absent or not at
 * all. Parts of multipart uploads are `PutObject` too and carry no condition; the request that completes one does.
 */
function writeOnce(bucket: s3.Bucket): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: "WriteOnce",
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ["s3:PutObject"],
    resources: [bucket.arnForObjects("job-*")],
    conditions: { Null: { "s3:if-none-match": "true" }, Bool: { "s3:ObjectCreationOperation": "true" } },
  });
}

export function newTable(scope: Construct, removalPolicy: RemovalPolicy): dynamodb.ITable {
  return new dynamodb.Table(scope, "Table", {
    partitionKey: { name: "pk", type: dynamodb.AttributeType.STRING },
    sortKey: { name: "sk", type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    encryption: dynamodb.TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy,
  }) as dynamodb.ITable;
}
