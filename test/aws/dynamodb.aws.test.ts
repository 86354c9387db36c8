import { randomUUID } from "node:crypto";
import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { awsClients, DynamoTable } from "../../shared/aws/index.js";
import { ThrottledError, ValueTooLargeError } from "../../shared/errors/index.js";
import type { ItemKey } from "../../shared/ports/index.js";
import { pattern } from "../contracts/subject.js";
import { describeTable } from "../contracts/table.contract.js";
import { startGateway } from "../emulators/gateway.js";
import { openService, type ServiceUnderTest } from "./services.js";

jest.setTimeout(60_000);

async function newTable(client: DynamoDBClient): Promise<string> {
  const TableName = `sluice-test-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.1, maxDelay: 1 }, { TableName });
  return TableName;
}

describeTable("DynamoDB", async () => {
  const { clients, close } = await openService("dynamodb");
  return { subject: new DynamoTable(clients.dynamodb, await newTable(clients.dynamodb)), close };
});

describe("DynamoDB over a network that fails", () => {
  let service: ServiceUnderTest;
  let name: string;
  let table: DynamoTable;
  let key: ItemKey;

  beforeAll(async () => {
    service = await openService("dynamodb");
    name = await newTable(service.clients.dynamodb);
  });
  afterAll(() => service.close());
  beforeEach(() => {
    service.faults.clear();
    table = new DynamoTable(service.faulty().dynamodb, name);
    key = { partition: randomUUID(), sort: "head" };
  });

  const loseReplies = (operation: string, times?: number) =>
    service.faults.add({ service: "dynamodb", operation, fault: "drop-reply", ...(times !== undefined && { times }) });

  it.each([1, 3, undefined])("knows that it created the item, though %p answers were lost", async (times) => {
    loseReplies("PutItem", times);
    expect(await table.putIfAbsent(key, { a: 1 })).toEqual({ created: true });
    expect(await table.get(key)).toEqual({ a: 1 });
  });

  it.each([1, 3, undefined])("knows that it updated the item, though %p answers were lost", async (times) => {
    await table.putIfAbsent(key, { man: "m1", token: 1 });
    loseReplies("UpdateItem", times);
    expect(await table.update(key, { man: "m2" }, { man: "m1" })).toEqual({
      updated: true,
      item: { man: "m2", token: 1 },
    });
  });

  it("does not take another's equal item for its own", async () => {
    await table.putIfAbsent(key, { a: 1 });
    loseReplies("PutItem", 1);
    expect(await table.putIfAbsent(key, { a: 1 })).toEqual({ created: false, existing: { a: 1 } });
  });

  it("throws what happened when nothing did", async () => {
    service.faults.add({ service: "dynamodb", operation: /PutItem|UpdateItem/, fault: "server-error" });
    await expect(table.putIfAbsent(key, { a: 1 })).rejects.toThrow("internal error");
    await expect(table.update(key, { a: 1 }, {})).rejects.toThrow("internal error");
    expect(await table.get(key)).toBeUndefined();
  });

  it("lets one of 30 racing creators win, and tells nobody anything wrong", async () => {
    service.faults.add({ service: "dynamodb", operation: "PutItem", fault: "drop-reply", probability: 0.3 });
    service.faults.add({ service: "dynamodb", operation: "PutItem", fault: "server-error", probability: 0.2 });
    const racers = Array.from({ length: 30 }, (_, racer) => table.putIfAbsent(key, { racer }));
    const outcomes = await Promise.allSettled(racers);
    const stored = await table.get(key);
    let knowing = 0;
    outcomes.forEach((outcome, racer) => {
      // Who was failed by the network once too often knows nothing.
      if (outcome.status === "rejected") return;
      knowing += 1;
      if (racer === stored?.racer) expect(outcome.value).toEqual({ created: true });
      else expect(outcome.value).toEqual({ created: false, existing: stored });
    });
    expect(knowing).toBeGreaterThan(10);
  });

  it("says true or nothing about increments", async () => {
    await table.putIfAbsent(key, { n: 0 });
    service.faults.add({ service: "dynamodb", operation: "UpdateItem", fault: "drop-reply", probability: 0.3 });
    let [sure, unknown] = [0, 0];
    const increment = async (): Promise<void> => {
      for (;;) {
        const n = Number((await table.get(key))?.n);
        try {
          if (!(await table.update(key, { n: n + 1 }, { n })).updated) continue;
          sure += 1;
        } catch {
          // UnknownOutcomeError, or that the connection broke once too often.
          unknown += 1;
        }
        return;
      }
    };
    await Promise.all(Array.from({ length: 12 }, increment));
    const n = Number((await table.get(key))?.n);
    expect(n).toBeGreaterThanOrEqual(sure);
    expect(n).toBeLessThanOrEqual(sure + unknown);
    expect(sure + unknown).toBe(12);
  });

  it("deletes what is there although answers are lost", async () => {
    const keys = Array.from({ length: 30 }, (_, i) => ({ partition: key.partition, sort: `${i}` }));
    await Promise.all(keys.map((each) => table.putIfAbsent(each, { a: 1 })));
    loseReplies("BatchWriteItem", 2);
    await table.delete([...keys, ...keys]);
    expect(await table.query(key.partition, "")).toEqual([]);
  });

  it("holds 400 KB, keys and names included, and not more", async () => {
    await table.putIfAbsent(key, { bytes: pattern(409_000) });
    expect(await table.get(key)).toEqual({ bytes: pattern(409_000) });
    const next = { ...key, sort: "next" };
    await expect(table.putIfAbsent(next, { bytes: pattern(409_700) })).rejects.toThrow(ValueTooLargeError);
    // Small enough by itself, too large with the key.
    await expect(table.putIfAbsent(next, { bytes: pattern(409_590) })).rejects.toThrow(ValueTooLargeError);
    await expect(table.update(key, { more: pattern(2000) }, {})).rejects.toThrow(ValueTooLargeError);
    expect(await table.get(next)).toBeUndefined();
  });

  it("counts what it sends as it arrives", async () => {
    const [before, arrived] = [service.meter.snapshot(), new Map(service.arrived)];
    loseReplies("PutItem", 1);
    service.faults.add({ service: "dynamodb", operation: "UpdateItem", fault: "server-error", times: 1 });
    await table.putIfAbsent(key, { a: 1 });
    await table.update(key, { a: 2 }, { a: 1 });
    await table.get(key);
    const used = service.meter.snapshot().dynamodb ?? {};
    const requests = (operation: string) =>
      (used[operation]?.requests ?? 0) - (before.dynamodb?.[operation]?.requests ?? 0);
    const seen = (operation: string) =>
      (service.arrived.get(`dynamodb ${operation}`) ?? 0) - (arrived.get(`dynamodb ${operation}`) ?? 0);
    expect([requests("PutItem"), requests("UpdateItem")]).toEqual([seen("PutItem"), seen("UpdateItem") + 1]);
    expect([seen("PutItem"), seen("UpdateItem")]).toEqual([2, 1]);
    // Where the service does not send the item with its refusal, it is read.
    expect(requests("GetItem")).toBe(seen("GetItem"));
  });
});

it("gives up on a table that goes on throttling", async () => {
  const gateway = await startGateway({ routes: { dynamodb: "http://127.0.0.1:9" } });
  gateway.faults.add({ fault: "throttle" });
  const { dynamodb } = awsClients({ endpoint: gateway.url });
  const table = new DynamoTable(dynamodb, "table");
  await expect(table.get({ partition: "p", sort: "s" })).rejects.toThrow(ThrottledError);
  expect(gateway.faults.played.throttle).toBe(5);
  dynamodb.destroy();
  await gateway.stop();
});
