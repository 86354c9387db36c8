import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoTable } from "../../shared/aws/index.js";
import { IllegalArgumentError, ThrottledError, UnknownOutcomeError } from "../../shared/errors/index.js";
import { VirtualClock } from "../../shared/simulation/index.js";
import { type Script, scriptedClient, serviceError } from "./scripted-client.js";

const key = { partition: "job", sort: "head" };

function open(script: Script) {
  const clock = new VirtualClock({ autoAdvance: true });
  const { client, sent } = scriptedClient<DynamoDBClient>(script);
  return { table: new DynamoTable(client, "table", { clock }), sent, clock };
}

/** A refusal as DynamoDB sends it, with the item as it is. */
function refusal(item: Record<string, unknown> | undefined, attempts = 1): Error {
  return Object.assign(serviceError("ConditionalCheckFailedException", "no", 400, attempts), item && { Item: item });
}

const another = { man: { S: "m3" }, "~u": { S: "another call" } };

describe("a refused update", () => {
  it("is reported with the item that came along, without another request", async () => {
    const { table, sent } = open({
      UpdateItem: () => {
        throw refusal(another);
      },
    });
    expect(await table.update(key, { man: "m2" }, { man: "m1" })).toEqual({ updated: false, item: { man: "m3" } });
    expect(sent).toHaveLength(1);
  });

  it("of a second attempt is no answer when others have written since", async () => {
    const { table } = open({
      UpdateItem: () => {
        throw refusal(another, 2);
      },
    });
    await expect(table.update(key, { man: "m2" }, { man: "m1" })).rejects.toThrow(UnknownOutcomeError);
  });

  it("of a second attempt is a success when the first did it", async () => {
    const { table } = open({
      UpdateItem: ({ ExpressionAttributeValues }: { ExpressionAttributeValues: Record<string, { S: string }> }) => {
        const mark = Object.values(ExpressionAttributeValues).find(({ S }) => /^[0-9a-f-]{36}$/.test(S));
        throw refusal({ man: { S: "m2" }, "~u": mark }, 2);
      },
    });
    expect(await table.update(key, { man: "m2" }, { man: "m1" })).toEqual({ updated: true, item: { man: "m2" } });
  });
});

describe("a refused creation", () => {
  it("of a second attempt is another's when the item is", async () => {
    const { table } = open({
      PutItem: () => {
        throw refusal({ a: { N: "1" }, "~c": { S: "another call" } }, 2);
      },
    });
    expect(await table.putIfAbsent(key, { a: 2 })).toEqual({ created: false, existing: { a: 1 } });
  });

  it("is tried again when the item is gone before it could be seen", async () => {
    const { table, sent } = open({
      PutItem: (_input, call) => {
        if (call === 1) throw refusal(undefined);
        return {};
      },
      GetItem: () => ({}),
    });
    expect(await table.putIfAbsent(key, { a: 2 })).toEqual({ created: true });
    expect(sent.map(({ operation }) => operation)).toEqual(["PutItem", "GetItem", "PutItem"]);
  });
});

it("keeps the names of reserved words and its own out of expressions", async () => {
  const { table, sent } = open({ UpdateItem: () => ({ Attributes: {} }) });
  await table.update(key, { out: 1, owner: "me" }, { token: 1, desired: undefined });
  expect(sent[0]?.input).toMatchObject({
    UpdateExpression: "SET #n0 = :v0, #n1 = :v1, #n2 = :v2",
    ConditionExpression: "#n3 = :v3 AND attribute_not_exists(#n4)",
    ExpressionAttributeNames: { "#n0": "out", "#n1": "owner", "#n2": "~u", "#n3": "token", "#n4": "desired" },
  });
});

it("shows no attribute of a type that the port does not know", async () => {
  const { table } = open({ GetItem: () => ({ Item: { a: { N: "1" }, list: { L: [] }, none: { NULL: true } } }) });
  expect(await table.get(key)).toEqual({ a: 1 });
});

it.each(["pk", "sk", "~c", "~u"])("does not take an attribute %s, which is its own", async (name) => {
  const { table, sent } = open({});
  await expect(table.putIfAbsent(key, { [name]: "x" })).rejects.toThrow(IllegalArgumentError);
  await expect(table.update(key, { [name]: "x" }, {})).rejects.toThrow(IllegalArgumentError);
  expect(sent).toEqual([]);
});

it.each([1e126, -1e300, 1e-131, Number.NaN])("does not take the number %p", async (n) => {
  const { table } = open({});
  await expect(table.putIfAbsent(key, { n })).rejects.toThrow(IllegalArgumentError);
});

it("reads all pages, and each from where the last ended", async () => {
  const page = (sort: string) => ({ pk: { S: "job" }, sk: { S: sort } });
  const { table, sent } = open({
    Query: (_input, call) => ({ Items: [page(`${call}`)], ...(call < 3 && { LastEvaluatedKey: page(`${call}`) }) }),
  });
  expect((await table.query("job", "")).map(({ key: { sort } }) => sort)).toEqual(["1", "2", "3"]);
  expect(sent.map(({ input }) => input.ExclusiveStartKey)).toEqual([undefined, page("1"), page("2")]);
});

describe("deleting", () => {
  interface Input {
    readonly RequestItems: { readonly table: readonly unknown[] };
  }
  const keys = Array.from({ length: 60 }, (_, i) => ({ partition: "job", sort: `${i}` }));

  it("goes in batches of 25, and sends again what was left", async () => {
    const { table, sent, clock } = open({
      BatchWriteItem: ({ RequestItems }: Input, call) =>
        call === 1 || call === 2 ? { UnprocessedItems: { table: RequestItems.table.slice(0, 5) } } : {},
    });
    await table.delete(keys);
    const sizes = sent.map(({ input }) => (input as unknown as Input).RequestItems.table.length);
    expect(sizes).toEqual([25, 5, 5, 25, 10]);
    expect(clock.now()).toBe(150);
  });

  it("gives up after a while", async () => {
    const { table, clock } = open({
      BatchWriteItem: ({ RequestItems }: Input) => ({ UnprocessedItems: RequestItems }),
    });
    await expect(table.delete(keys)).rejects.toThrow(ThrottledError);
    expect(clock.now()).toBeLessThanOrEqual(20_000);
  });
});
