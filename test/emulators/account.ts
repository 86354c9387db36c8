/** The account that emulators play, and the clients to reach it with. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";

export const ACCOUNT = "000000000000";
export const REGION = "us-east-1";

/** Any will do: nobody checks them. */
export const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

/** What a program needs to find the emulators: the SDK, the CDK's command line and Sluice read these. */
export function environmentFor(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
}

/** Clients of the four services, for what is on the user's side of the API: emulated deployments, tests, measurements. */
export function clientsOf(endpoint: string) {
  // HTTP/1.1 for Kinesis too: its client would take HTTP/2.
  const options = { endpoint, region: REGION, credentials: CREDENTIALS, requestHandler: new NodeHttpHandler() };
  return {
    kinesis: new KinesisClient(options),
    dynamodb: new DynamoDBClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    lambda: new LambdaClient(options),
  };
}
