import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { clientsOf } from "./account.js";
import type { FaultRule, GatewayReply } from "./faults.js";
import { type Gateway, startGateway } from "./gateway.js";
import type { GatewayRequest } from "./service-of.js";

let gateway: Gateway;
let clients: ReturnType<typeof clientsOf>;
let seen: GatewayRequest[];

beforeEach(async () => {
  seen = [];
  const echo = async (request: GatewayRequest): Promise<GatewayReply> => {
    seen.push(request);
    return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from("{}") };
  };
  gateway = await startGateway({ routes: { kinesis: echo, dynamodb: echo, s3: echo, lambda: echo } });
  clients = clientsOf(gateway.url);
});

afterEach(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await gateway.stop();
});

const put = () =>
  clients.kinesis.send(new PutRecordCommand({ StreamName: "s", PartitionKey: "k", Data: new Uint8Array(1) }));

describe("the gateway", () => {
  it("knows service and operation of what the SDK sends", async () => {
    await put();
    await clients.dynamodb.send(new GetItemCommand({ TableName: "t", Key: { pk: { S: "p" } } }));
    await clients.lambda.send(new InvokeCommand({ FunctionName: "f" }));
    await clients.s3.send(new PutObjectCommand({ Bucket: "b", Key: "k", Body: "x" }));
    await clients.s3.send(new ListObjectsV2Command({ Bucket: "b" })).catch(() => {});
    expect(seen.map(({ service, operation }) => `${service} ${operation}`)).toEqual([
      "kinesis PutRecord",
      "dynamodb GetItem",
      "lambda Invoke",
      "s3 PutObject",
      "s3 ListObjectsV2",
    ]);
    expect(gateway.counts.get("dynamodb GetItem")).toBe(1);
  });

  it("says so when a service has no emulator", async () => {
    const reply = await fetch(gateway.url, {
      headers: { authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/athena/aws4_request, Signature=0" },
    });
    expect([reply.status, await reply.text()]).toEqual([501, expect.stringContaining("No emulator of athena")]);
  });

  it("hands on only what has arrived whole, and survives clients that go away", async () => {
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(
      "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Kinesis_20131202.PutRecords\r\nContent-Length: 100\r\n\r\n{",
    );
    await sleep(20);
    socket.resetAndDestroy();
    await sleep(20);
    expect(seen).toEqual([]);
    await put();
    expect(seen).toHaveLength(1);
  });
});

describe("faults", () => {
  const refusals: readonly [FaultRule["service"] & string, FaultRule["fault"], string, () => Promise<unknown>][] = [
    ["kinesis", "throttle", "ProvisionedThroughputExceededException", put],
    ["dynamodb", "throttle", "ProvisionedThroughputExceededException", putItem],
    ["s3", "throttle", "SlowDown", getObject],
    ["lambda", "throttle", "TooManyRequestsException", invoke],
    ["dynamodb", "server-error", "InternalServerError", putItem],
    ["s3", "server-error", "InternalError", getObject],
    ["lambda", "server-error", "ServiceException", invoke],
  ];

  it.each(refusals)("%s: %s is an error called %s, and nothing happens", async (service, fault, name, call) => {
    gateway.faults.add({ service, fault });
    await expect(call()).rejects.toMatchObject({ name });
    expect(seen).toEqual([]);
  });

  it("a dropped reply has taken effect, and the SDK tries again", async () => {
    gateway.faults.add({ service: "kinesis", fault: "drop-reply", times: 1 });
    await put();
    expect(seen).toHaveLength(2);
    expect(gateway.faults.played["drop-reply"]).toBe(1);
  });

  it("strike only what a rule names, and no more once it is taken away", async () => {
    const remove = gateway.faults.add({ service: "kinesis", operation: /^Get/, fault: "throttle" });
    await put();
    gateway.faults.add({ operation: "PutRecord", fault: "throttle", when: ({ body }) => body.includes("other") });
    await put();
    remove();
    expect(gateway.faults.played.throttle).toBe(0);
  });
});

function putItem(): Promise<unknown> {
  return clients.dynamodb.send(new PutItemCommand({ TableName: "t", Item: { pk: { S: "p" } } }));
}

function getObject(): Promise<unknown> {
  return clients.s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
}

function invoke(): Promise<unknown> {
  return clients.lambda.send(new InvokeCommand({ FunctionName: "f" }));
}
