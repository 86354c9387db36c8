import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { awsClients, UsageMeter } from "../../shared/aws/index.js";
import { pattern } from "../contracts/subject.js";
import { listen, type RunningServer, readBody } from "../emulators/http-server.js";
import "./services.js";

/** Counts by itself what passes, and answers GETs with a body of no declared length. */
async function countingServer(): Promise<
  RunningServer & { readonly bytes: { in: number; out: number; requests: number } }
> {
  const bytes = { in: 0, out: 0, requests: 0 };
  const server = await listen(async (request, response) => {
    bytes.in += (await readBody(request)).length;
    bytes.requests += 1;
    const isList = request.url?.includes("list-type");
    const body = isList
      ? "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"
      : request.method === "GET"
        ? "x".repeat(70_000)
        : "{}";
    bytes.out += body.length;
    // Written in parts, the answer has no content-length.
    for (let start = 0; start < body.length; start += 30_000) response.write(body.slice(start, start + 30_000));
    response.end();
  });
  return { ...server, bytes };
}

it("counts the bytes of requests and replies, declared or not", async () => {
  const server = await countingServer();
  const meter = new UsageMeter();
  const { s3, dynamodb, ...others } = awsClients({ endpoint: server.url, meter });
  await s3.send(new PutObjectCommand({ Bucket: "b", Key: "k", Body: pattern(50_000) }));
  const before = meter.snapshot();
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
  expect((await Body?.transformToByteArray())?.length).toBe(70_000);
  await s3.send(new ListObjectsV2Command({ Bucket: "b" }));
  await dynamodb.send(new GetItemCommand({ TableName: "t", Key: { pk: { S: "p" } } }));
  const usage = meter.snapshot();
  const all = Object.values(usage).flatMap((operations) => Object.values(operations));
  const sum = (name: "requests" | "requestBytes" | "responseBytes") =>
    all.reduce((total, used) => total + used[name], 0);
  expect([sum("requests"), sum("requestBytes"), sum("responseBytes")]).toEqual([
    server.bytes.requests,
    server.bytes.in,
    server.bytes.out,
  ]);
  expect(usage.s3?.PutObject).toEqual({
    requests: 1,
    requestBytes: 50_000,
    responseBytes: 2,
    retries: 0,
    throttles: 0,
  });
  const between = UsageMeter.minus(usage, before);
  expect(Object.keys(between.s3 ?? {})).toEqual(["GetObject", "ListObjectsV2"]);
  expect(between.s3?.GetObject?.responseBytes).toBe(70_000);
  expect(UsageMeter.minus(usage, usage)).toEqual({});
  for (const client of [s3, dynamodb, ...Object.values(others)]) client.destroy();
  await server.stop();
});

it("gives up on a server that is silent, and on one that is not there", async () => {
  const silent = await listen(() => {});
  const { dynamodb, ...others } = awsClients({ endpoint: silent.url });
  const key = { TableName: "t", Key: { pk: { S: "p" } } };
  // The limit is per attempt; one is enough here.
  dynamodb.config.maxAttempts = async () => 1;
  dynamodb.config.retryStrategy = awsClients({ endpoint: silent.url }).lambda.config.retryStrategy;
  const start = performance.now();
  await expect(dynamodb.send(new GetItemCommand(key))).rejects.toThrow();
  expect(performance.now() - start).toBeGreaterThan(4900);
  expect(performance.now() - start).toBeLessThan(9000);
  for (const client of [dynamodb, ...Object.values(others)]) client.destroy();
  await silent.stop();
}, 20_000);
