import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import {
  CONNECTION_TIMEOUT_MILLIS,
  DYNAMODB_TIMEOUT_MILLIS,
  KINESIS_TIMEOUT_MILLIS,
  LAMBDA_MAX_SOCKETS,
  LAMBDA_TIMEOUT_MILLIS,
  MAX_ATTEMPTS,
  MAX_SOCKETS,
  S3_TIMEOUT_MILLIS,
} from "./limits.js";
import type { UsageMeter } from "./usage-meter.js";

/** The SDK's clients, each with its own connections. */
export interface AwsClients {
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
}

export interface AwsClientOptions {
  /** One URL for all services; default: what the environment says (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3`, ...), else AWS. */
  readonly endpoint?: string;
  /** Default: what the environment says (`AWS_REGION`, the profile). */
  readonly region?: string;
  /** Counts what the clients send. */
  readonly meter?: UsageMeter;
}

/**
 * Makes the clients. Make them once a process: connections are kept open, and what a client has learned about throttling
 * is kept with it.
 *
 * Requests are tried again by the SDK, at a rate that adapts to throttling. Two clients do it in their own way: a throttle of
 * Kinesis is that of one shard, and must not slow down the reading of all the others; and an Invoke is never repeated
 * here, because that would run the work twice.
 *
 * @example
 * const clients = awsClients({ endpoint: "http://127.0.0.1:4566", region: "us-east-1" });
 */
export function awsClients(options: AwsClientOptions = {}): AwsClients {
  const { endpoint, region, meter } = options;
  const where = { ...(endpoint !== undefined && { endpoint }), ...(region !== undefined && { region }) };
  const adaptive = { retryMode: "adaptive", maxAttempts: MAX_ATTEMPTS };
  const clients: AwsClients = {
    kinesis: new KinesisClient({
      ...where,
      retryMode: "standard",
      maxAttempts: MAX_ATTEMPTS,
      // The default speaks HTTP/2, which emulators do badly and which gains nothing for one reply a shard.
      requestHandler: handler(KINESIS_TIMEOUT_MILLIS),
    }),
    s3: new S3Client({
      ...where,
      ...adaptive,
      requestHandler: handler(S3_TIMEOUT_MILLIS),
      // Emulators have no host name for every bucket.
      forcePathStyle: (endpoint ?? endpointOfEnvironment()) !== undefined,
    }),
    dynamodb: new DynamoDBClient({ ...where, ...adaptive, requestHandler: handler(DYNAMODB_TIMEOUT_MILLIS) }),
    lambda: new LambdaClient({
      ...where,
      retryMode: "standard",
      maxAttempts: 1,
      requestHandler: handler(LAMBDA_TIMEOUT_MILLIS, LAMBDA_MAX_SOCKETS),
    }),
  };
  for (const [service, client] of Object.entries(clients)) meter?.attach(client, service);
  return clients;
}

/** HTTP/1.1 over connections that are kept; silence for `timeoutMillis` is an error. */
function handler(timeoutMillis: number, maxSockets = MAX_SOCKETS): NodeHttpHandler {
  const agent = { keepAlive: true, maxSockets };
  return new NodeHttpHandler({
    connectionTimeout: CONNECTION_TIMEOUT_MILLIS,
    requestTimeout: timeoutMillis,
    throwOnRequestTimeout: true,
    socketTimeout: timeoutMillis,
    httpAgent: agent,
    httpsAgent: agent,
  });
}

function endpointOfEnvironment(): string | undefined {
  return process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
}
