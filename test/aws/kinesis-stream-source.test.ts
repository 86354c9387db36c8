import type { KinesisClient, _Record as KinesisRecord } from "@aws-sdk/client-kinesis";
import { KinesisStreamSource, type KinesisStreamSourceOptions } from "../../shared/aws/index.js";
import {
  ExpiredIteratorError,
  IllegalArgumentError,
  StreamNotFoundError,
  ThrottledError,
  ValueTooLargeError,
} from "../../shared/errors/index.js";
import type { PutEntry } from "../../shared/ports/index.js";
import { VirtualClock } from "../../shared/simulation/index.js";
import { hashKeyOf } from "../../shared/streamlog/index.js";
import { text, utf8 } from "../contracts/subject.js";
import { aggregate } from "./aggregate.js";
import { type Script, scriptedClient, serviceError } from "./scripted-client.js";

const HORIZON = { type: "trim-horizon" } as const;
const past = (sequenceNumber: string) => ({ type: "after-sequence-number", sequenceNumber }) as const;

function open(script: Script, options?: KinesisStreamSourceOptions) {
  const clock = new VirtualClock({ start: 1_700_000_000_000, autoAdvance: true });
  const { client, sent } = scriptedClient<KinesisClient>({
    GetShardIterator: (_input, call) => ({ ShardIterator: `fresh ${call}` }),
    ...script,
  });
  const source = new KinesisStreamSource(client, clock, options);
  const operations = () => sent.map(({ operation }) => operation);
  return { source, clock, sent, operations };
}

function record(sequenceNumber: number, data: Uint8Array = utf8(`${sequenceNumber}`)): KinesisRecord {
  return {
    SequenceNumber: `${sequenceNumber}`,
    ApproximateArrivalTimestamp: new Date(1_700_000_000_000),
    PartitionKey: "key",
    Data: data,
  };
}

const nothing = { Records: [], NextShardIterator: "next", MillisBehindLatest: 0 };

describe("the pace of reading", () => {
  it("is five GetRecords a second for a shard, whoever reads it", async () => {
    const times: number[] = [];
    const read = () => {
      times.push(clock.now());
      return nothing;
    };
    const { source, clock } = open({ GetRecords: read });
    const readers = Array.from({ length: 4 }, async () => {
      let iterator = await source.getIterator("stream", "shard", HORIZON);
      for (let i = 0; i < 10; i++) iterator = (await source.getRecords(iterator, 10)).nextIterator ?? "";
    });
    await Promise.all(readers);
    expect(times).toHaveLength(40);
    times.forEach((time, index) => {
      expect(time - (times[index - 5] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(1000);
    });
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBe(7000);
  });

  it("is each shard's own", async () => {
    const { source, clock } = open({ GetRecords: () => nothing });
    const start = clock.now();
    for (let i = 0; i < 20; i++) {
      await source.getRecords(await source.getIterator("stream", `shard ${i}`, HORIZON), 10);
    }
    expect(clock.now() - start).toBe(0);
  });

  it("is 2 MB a second for a shard", async () => {
    const { source, clock } = open({
      GetRecords: (_input, call) => ({ ...nothing, Records: [record(call, new Uint8Array(4 * 1024 * 1024))] }),
    });
    const start = clock.now();
    const iterator = await source.getIterator("stream", "shard", HORIZON);
    for (let i = 0; i < 3; i++) await source.getRecords(iterator, 10);
    expect(clock.now() - start).toBeGreaterThanOrEqual(4000);
    expect(clock.now() - start).toBeLessThan(4010);
  });

  it("waits when Kinesis refuses, and goes on", async () => {
    const { source, clock, operations } = open({
      GetRecords: (_input, call) => {
        if (call <= 3) throw serviceError("ProvisionedThroughputExceededException");
        return { ...nothing, Records: [record(1)] };
      },
    });
    const start = clock.now();
    const reply = await source.getRecords(await source.getIterator("stream", "shard", HORIZON), 10);
    expect(reply.records).toHaveLength(1);
    expect(operations().filter((operation) => operation === "GetRecords")).toHaveLength(4);
    expect(clock.now() - start).toBeGreaterThan(1700);
    expect(clock.now() - start).toBeLessThan(3600);
  });

  it("gives up after a while, and says why", async () => {
    const { source, clock } = open({
      GetRecords: () => {
        throw serviceError("ProvisionedThroughputExceededException", "Rate exceeded for shard");
      },
    });
    const start = clock.now();
    const iterator = await source.getIterator("stream", "shard", HORIZON);
    const failure = await source.getRecords(iterator, 10).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ThrottledError);
    expect((failure as Error).message).toBe(
      "Kinesis refuses calls for shard shard of stream stream: Rate exceeded for shard",
    );
    expect(clock.now() - start).toBeGreaterThan(12_000);
    expect(clock.now() - start).toBeLessThanOrEqual(24_000);
  });
});

describe("the place where a read ended", () => {
  const replies: Script = {
    GetRecords: (_input, call) => ({
      ...nothing,
      Records: call === 2 ? [] : [record(call)],
      NextShardIterator: `after ${call}`,
    }),
  };

  it("is where the next begins, without asking for an iterator", async () => {
    const { source, sent } = open(replies);
    await source.getRecords(await source.getIterator("stream", "shard", HORIZON), 10);
    await source.getRecords(await source.getIterator("stream", "shard", past("1")), 10);
    // Nothing was found, but the stretch without records is behind.
    await source.getRecords(await source.getIterator("stream", "shard", past("1")), 10);
    expect(sent.map(({ operation, input }) => [operation, input.ShardIterator])).toEqual([
      ["GetShardIterator", undefined],
      ["GetRecords", "fresh 1"],
      ["GetRecords", "after 1"],
      ["GetRecords", "after 2"],
    ]);
  });

  it.each([
    ["another record", "shard", past("0"), 0],
    ["the beginning", "shard", HORIZON, 0],
    ["another shard", "other", past("1"), 0],
    ["the same, but too late", "shard", past("1"), 4 * 60_000],
  ])("is not taken for %s", async (_what, shard, start, pause) => {
    const { source, clock, operations } = open(replies);
    await source.getRecords(await source.getIterator("stream", "shard", HORIZON), 10);
    await clock.sleep(pause);
    await source.getIterator("stream", shard, start);
    expect(operations()).toEqual(["GetShardIterator", "GetRecords", "GetShardIterator"]);
  });

  it("is given up when its iterator has expired", async () => {
    const { source, operations } = open({
      GetRecords: (_input, call) => {
        if (call === 2) throw serviceError("ExpiredIteratorException");
        return { ...nothing, Records: [record(call)] };
      },
    });
    await source.getRecords(await source.getIterator("stream", "shard", HORIZON), 10);
    await expect(source.getRecords(await source.getIterator("stream", "shard", past("1")), 10)).rejects.toThrow(
      ExpiredIteratorError,
    );
    const again = await source.getRecords(await source.getIterator("stream", "shard", past("1")), 10);
    expect(again.records.map(({ sequenceNumber }) => sequenceNumber)).toEqual(["3"]);
    expect(operations().filter((operation) => operation === "GetShardIterator")).toHaveLength(2);
  });
});

describe("a reply", () => {
  it("that is full is not the tip, whatever it says", async () => {
    const { source } = open({ GetRecords: () => ({ ...nothing, Records: [record(1), record(2)] }) });
    const iterator = await source.getIterator("stream", "shard", HORIZON);
    expect((await source.getRecords(iterator, 2)).millisBehindLatest).toBe(1);
    expect((await source.getRecords(iterator, 3)).millisBehindLatest).toBe(0);
  });

  it("to a start at a time has nothing older, although the service begins too early", async () => {
    const at = (time: number) => ({ ...record(time), ApproximateArrivalTimestamp: new Date(time) });
    const replies = [[at(7), at(8)], [at(9), at(10), at(9)], [at(8)]];
    const { source } = open({ GetRecords: (_input, call) => ({ ...nothing, Records: replies[call - 1] }) });
    let iterator = await source.getIterator("stream", "shard", { type: "at-timestamp", timestamp: 10 });
    const found: string[][] = [];
    for (const _ of replies) {
      const reply = await source.getRecords(iterator, 10);
      found.push(reply.records.map(({ sequenceNumber }) => sequenceNumber));
      iterator = reply.nextIterator ?? "";
    }
    expect(found).toEqual([[], ["10", "9"], ["8"]]);
  });

  it("at the end of a shard names the shards to go on with", async () => {
    const { source } = open({
      GetRecords: () => ({
        Records: [record(1)],
        ChildShards: [{ ShardId: "child", ParentShards: ["shard", "other"] }],
      }),
    });
    const reply = await source.getRecords(await source.getIterator("stream", "shard", HORIZON), 10);
    expect(reply).toMatchObject({ nextIterator: undefined, millisBehindLatest: 0 });
    expect(reply.childShards).toEqual([{ shardId: "child", parentShardIds: ["shard", "other"], closed: false }]);
  });

  it("that does not name them is completed from the list", async () => {
    const { source } = open({
      GetRecords: () => ({ Records: [] }),
      ListShards: () => ({
        Shards: [
          { ShardId: "shard", SequenceNumberRange: { EndingSequenceNumber: "9" } },
          { ShardId: "merged", ParentShardId: "other", AdjacentParentShardId: "shard", SequenceNumberRange: {} },
        ],
      }),
    });
    const reply = await source.getRecords(await source.getIterator("stream", "shard", HORIZON), 10);
    expect(reply.childShards).toEqual([{ shardId: "merged", parentShardIds: ["other", "shard"], closed: false }]);
  });
});

describe("records aggregated by the KPL", () => {
  const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`);
  const packed = aggregate(keys.map((key) => ({ partitionKey: key, data: utf8(key) })));
  const middle = 2n ** 127n;
  const halves = [
    { ShardId: "low", HashKeyRange: { StartingHashKey: "0", EndingHashKey: String(middle - 1n) } },
    { ShardId: "high", HashKeyRange: { StartingHashKey: String(middle), EndingHashKey: String(2n ** 128n - 1n) } },
  ];
  const script: Script = {
    GetRecords: () => ({ ...nothing, Records: [record(1), record(2, packed), record(3)] }),
    ListShards: () => ({ Shards: halves }),
  };

  it("come one by one, at the place of the whole", async () => {
    const whole = { ShardId: "shard", HashKeyRange: { StartingHashKey: "0", EndingHashKey: String(2n ** 128n - 1n) } };
    const { source } = open({ ...script, ListShards: () => ({ Shards: [whole] }) });
    const { records } = await source.getRecords(await source.getIterator("stream", "shard", HORIZON), 10);
    expect(records.map(({ data }) => text(data))).toEqual(["1", ...keys, "3"]);
    expect(records.map(({ partitionKey }) => partitionKey)).toEqual(["key", ...keys, "key"]);
    expect(new Set(records.slice(1, -1).map(({ sequenceNumber }) => sequenceNumber))).toEqual(new Set(["2"]));
  });

  it("are left out where they are not the shard's own: the KPL puts those again", async () => {
    const { source, operations } = open(script);
    for (const [shard, mine] of [
      ["low", (key: string) => hashKeyOf(key) < middle],
      ["high", (key: string) => hashKeyOf(key) >= middle],
    ] as const) {
      const { records } = await source.getRecords(await source.getIterator("stream", shard, HORIZON), 10);
      expect(keys.filter(mine).length).toBeGreaterThan(3);
      expect(records.map(({ data }) => text(data))).toEqual(["1", ...keys.filter(mine), "3"]);
    }
    expect(operations().filter((operation) => operation === "ListShards")).toHaveLength(1);
  });
});

describe("a stream", () => {
  const summary = (overrides = {}) => ({
    StreamDescriptionSummary: {
      StreamARN: "arn:aws:kinesis:us-east-1:000000000000:stream/words",
      StreamCreationTimestamp: new Date(1_600_000_000_000),
      RetentionPeriodHours: 48,
      StreamStatus: "ACTIVE",
      ...overrides,
    },
  });

  it("is described by what cannot be that of another, and by its retention", async () => {
    const { source } = open({ DescribeStreamSummary: () => summary() });
    expect(await source.describe("words")).toEqual({
      id: "arn:aws:kinesis:us-east-1:000000000000:stream/words@1600000000000",
      retentionMillis: 48 * 3_600_000,
    });
  });

  it("is believed to be the same for a minute", async () => {
    const { source, clock, sent } = open({
      DescribeStreamSummary: (_input, call) => summary({ StreamCreationTimestamp: new Date(call) }),
    });
    const first = await source.describe("words");
    await clock.sleep(59_999);
    expect(await source.describe("words")).toEqual(first);
    expect(sent).toHaveLength(1);
    await clock.sleep(1);
    expect((await source.describe("words"))?.id).not.toBe(first?.id);
  });

  it.each([
    ["a name", "prod-words", { StreamName: "prod-words" }],
    ["an ARN", "arn:aws:kinesis:eu-west-1:1:stream/words", { StreamARN: "arn:aws:kinesis:eu-west-1:1:stream/words" }],
  ])("is called by its real name, %s", async (_what, real, address) => {
    const { source, sent } = open(
      {
        DescribeStreamSummary: () => summary(),
        ListShards: () => ({ Shards: [] }),
        PutRecords: () => ({ Records: [{ ShardId: "shard", SequenceNumber: "1" }] }),
        GetRecords: () => nothing,
      },
      { names: { words: real } },
    );
    await source.describe("words");
    await source.listShards("words");
    await source.getRecords(await source.getIterator("words", "shard", HORIZON), 10);
    await source.putRecords("words", [{ partitionKey: "k", data: utf8("x") }]);
    await source.listShards("others");
    for (const { operation, input } of sent.slice(0, -1)) {
      if (operation !== "GetRecords") expect(input).toMatchObject(address);
    }
    expect(sent.at(-1)?.input).toEqual({ StreamName: "others" });
  });

  it("is listed page by page, parents before children", async () => {
    const pages = [
      {
        Shards: [
          { ShardId: "c", ParentShardId: "b", AdjacentParentShardId: "a" },
          { ShardId: "d", ParentShardId: "c" },
        ],
        NextToken: "1",
      },
      { Shards: [{ ShardId: "b", SequenceNumberRange: { EndingSequenceNumber: "1" } }], NextToken: "2" },
      { Shards: [{ ShardId: "e", ParentShardId: "gone" }, { ShardId: "a" }] },
    ];
    const { source, sent } = open({ ListShards: (_input, call) => pages[call - 1] });
    const shards = await source.listShards("words");
    expect(shards.map(({ shardId }) => shardId)).toEqual(["b", "a", "c", "d", "e"]);
    expect(shards[0]).toEqual({ shardId: "b", parentShardIds: [], closed: true });
    expect(shards[4]).toEqual({ shardId: "e", parentShardIds: ["gone"], closed: false });
    expect(sent.map(({ input }) => input)).toEqual([{ StreamName: "words" }, { NextToken: "1" }, { NextToken: "2" }]);
  });

  it("is there when it is active", async () => {
    const { source, clock } = open({
      CreateStream: () => ({}),
      DescribeStreamSummary: (_input, call) => summary({ StreamStatus: call < 4 ? "CREATING" : "ACTIVE" }),
    });
    const start = clock.now();
    await source.create("words", 1);
    expect(clock.now() - start).toBe(750);
  });

  it("is waited for also when another has just created it, and not for ever", async () => {
    const { source, clock } = open({
      CreateStream: () => {
        throw serviceError("ResourceInUseException");
      },
      DescribeStreamSummary: () => summary({ StreamStatus: "CREATING" }),
    });
    const start = clock.now();
    await expect(source.create("words", 1)).rejects.toThrow("Stream words is still CREATING.");
    expect(clock.now() - start).toBeGreaterThan(299_000);
  });
});

describe("an iterator", () => {
  it("for a time that Kinesis' clock has not reached is the tip", async () => {
    const { source, sent } = open({
      GetShardIterator: (_input, call) => {
        if (call > 1) return { ShardIterator: "tip" };
        throw serviceError(
          "InvalidArgumentException",
          "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: 2, currentTimestampInMillis: 1",
        );
      },
      GetRecords: () => nothing,
    });
    await source.getRecords(await source.getIterator("words", "shard", { type: "at-timestamp", timestamp: 2 }), 10);
    expect(sent.map(({ input }) => input.ShardIteratorType ?? input.ShardIterator)).toEqual([
      "AT_TIMESTAMP",
      "LATEST",
      "tip",
    ]);
    expect(sent[0]?.input.Timestamp).toEqual(new Date(2));
  });

  it("of a shard that is not there is an illegal argument, of a stream that is not there a missing stream", async () => {
    const missing = () => {
      throw serviceError("ResourceNotFoundException");
    };
    const { source } = open({
      GetShardIterator: missing,
      DescribeStreamSummary: () => ({ StreamDescriptionSummary: {} }),
    });
    await expect(source.getIterator("words", "shard", HORIZON)).rejects.toThrow(IllegalArgumentError);
    const none = open({ GetShardIterator: missing, DescribeStreamSummary: missing });
    await expect(none.source.getIterator("words", "shard", HORIZON)).rejects.toThrow(StreamNotFoundError);
  });

  it("that never was one is an illegal argument", async () => {
    const { source, sent } = open({});
    await expect(source.getRecords("AAAA", 10)).rejects.toThrow(IllegalArgumentError);
    await expect(source.getRecords('{"a":1}', 10)).rejects.toThrow(IllegalArgumentError);
    expect(sent).toEqual([]);
  });
});

describe("putting", () => {
  interface Input {
    readonly Records: readonly { readonly PartitionKey: string; readonly Data: Uint8Array }[];
  }
  const entries = (count: number, bytes = 1): PutEntry[] =>
    Array.from({ length: count }, (_, i) => ({ partitionKey: `${i}`, data: new Uint8Array(bytes) }));
  const accept = ({ Records }: Input) => ({
    Records: Records.map(({ PartitionKey }) => ({ ShardId: "shard", SequenceNumber: PartitionKey })),
  });
  const requests = (sent: ReturnType<typeof open>["sent"]) =>
    sent.map(({ input }) => (input as unknown as Input).Records);

  it("cuts at 500 records, and keeps results in order", async () => {
    const { source, sent } = open({ PutRecords: accept });
    const results = await source.putRecords("words", entries(1201));
    expect(requests(sent).map(({ length }) => length)).toEqual([500, 500, 201]);
    expect(results).toEqual(
      entries(1201).map(({ partitionKey }) => ({ shardId: "shard", sequenceNumber: partitionKey })),
    );
    expect(await source.putRecords("words", [])).toEqual([]);
    expect(sent).toHaveLength(3);
  });

  it("cuts at 5 MB, and gives a larger record a request of its own", async () => {
    const { source, sent } = open({ PutRecords: accept });
    await source.putRecords("words", [...entries(12, 1024 * 1024), ...entries(1, 8 * 1024 * 1024), ...entries(1)]);
    expect(requests(sent).map(({ length }) => length)).toEqual([4, 4, 4, 1, 1]);
  });

  it("sends nothing after a refusal, so that no record overtakes the one refused", async () => {
    const { source, sent } = open({
      PutRecords: (input: Input, call) => {
        const reply = accept(input);
        if (call === 2)
          reply.Records[3] = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "slow" } as never;
        return reply;
      },
    });
    const results = await source.putRecords("words", entries(1500));
    expect(sent).toHaveLength(2);
    expect(results).toHaveLength(1500);
    expect(results.flatMap((result, i) => ("errorCode" in result ? [i] : [])).slice(0, 2)).toEqual([503, 1000]);
    expect(results[503]).toEqual({ errorCode: "ProvisionedThroughputExceededException", errorMessage: "slow" });
    expect(results[1499]).toEqual({
      errorCode: "ProvisionedThroughputExceededException",
      errorMessage: "Not sent: an earlier record of the call was refused.",
    });
  });

  it("says what is in the stream when a later request fails", async () => {
    const { source } = open({
      PutRecords: (input: Input, call) => {
        if (call === 2) throw serviceError("InternalFailure", "broken", 500);
        return accept(input);
      },
    });
    const results = await source.putRecords("words", entries(1200));
    expect(results[499]).toMatchObject({ sequenceNumber: "499" });
    expect(results[500]).toEqual({ errorCode: "InternalFailure", errorMessage: "broken" });
    expect(results.filter((result) => "errorCode" in result)).toHaveLength(700);
  });

  it.each([
    ["LimitExceededException", "Rate exceeded", ThrottledError],
    ["ResourceNotFoundException", "Stream words not found", StreamNotFoundError],
    [
      "ValidationException",
      "1 validation error detected: Value at 'records.1.member.data' failed to satisfy constraint: Member must have length less than or equal to 1048576",
      ValueTooLargeError,
    ],
    ["InvalidArgumentException", "ExplicitHashKey is wrong", IllegalArgumentError],
  ])("turns %s into an error of ours", async (name, message, type) => {
    const { source } = open({
      PutRecords: () => {
        throw serviceError(name, message);
      },
    });
    await expect(source.putRecords("words", entries(1))).rejects.toThrow(type);
  });

  it("leaves errors of no meaning to us as they are", async () => {
    const denied = serviceError("AccessDeniedException", "no");
    const { source } = open({
      PutRecords: () => {
        throw denied;
      },
    });
    await expect(source.putRecords("words", entries(1))).rejects.toBe(denied);
  });

  it("refuses what no stream takes", async () => {
    const { source, sent } = open({ PutRecords: accept });
    await expect(source.putRecords("words", [{ partitionKey: "", data: utf8("x") }])).rejects.toThrow(
      IllegalArgumentError,
    );
    await expect(source.putRecords("words", entries(1, 10 * 1024 * 1024 + 1))).rejects.toThrow(ValueTooLargeError);
    expect(sent).toEqual([]);
  });
});
