/** An S3 to test against: SLUICE_ENDPOINT, or a server of our own; and a fresh bucket in it. */
import { randomUUID } from "node:crypto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { startS3Server } from "../emulators/s3-server.js";
import { FaultyHandler } from "./faulty-handler.js";

export interface S3UnderTest {
  readonly client: S3Client;
  readonly bucket: string;
  readonly url: string;
  readonly network: FaultyHandler;
  close(): Promise<void>;
}

export async function openS3(): Promise<S3UnderTest> {
  const given = process.env.SLUICE_ENDPOINT;
  const server = given === undefined ? await startS3Server() : undefined;
  const network = new FaultyHandler(new NodeHttpHandler({ httpAgent: { maxSockets: 64, keepAlive: true } }));
  const url = server?.url ?? given ?? "";
  const client = new S3Client({
    endpoint: url,
    region: process.env.AWS_REGION ?? "us-east-1",
    forcePathStyle: true,
    requestHandler: network,
    credentials: {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? "test",
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? "test",
    },
  });
  const bucket = `sluice-test-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const close = async () => {
    client.destroy();
    await server?.stop();
  };
  return { client, bucket, url, network, close };
}
