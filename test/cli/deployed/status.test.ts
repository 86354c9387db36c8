import { ageText, formatStatus } from "../../../cli/deployed/format-status.js";
import { lagOf } from "../../../cli/deployed/lag.js";
import { type Status, statusOf } from "../../../cli/deployed/status.js";
import type { Head, Manifest } from "../../../shared/checkpoint/index.js";
import type { GetRecordsResult, StreamSource } from "../../../shared/ports/index.js";

const NOW = Date.UTC(2026, 0, 1, 12);
const application = { name: "words", stack: "sluice-words" };

const head: Head = {
  token: 7,
  owner: "me",
  expires: NOW + 5000,
  manifest: "m",
  manifestHash: "h",
  time: NOW - 2500,
  out: NOW - 3500,
  revision: 0,
  desired: "run",
};

const manifest = {
  id: "m",
  time: NOW - 2500,
  batchDuration: 1000,
  batches: 1234,
  records: 5678,
  codeVersion: "abc",
  failed: undefined,
  quietSince: undefined,
  state: {
    totals: { partitions: [{ keys: 1000 }, { keys: 1 }] },
    sessions: { partitions: [{ keys: 10 }] },
  },
  outputs: { "print-0": [], "saveAsTextFiles-0": [] },
  positions: {},
} as unknown as Manifest;

describe("statusOf", () => {
  it("tells what head and manifest say", () => {
    expect(statusOf(application, { head, manifest }, NOW)).toEqual({
      application: "words",
      stack: "sluice-words",
      state: "running",
      desired: "run",
      lastBatch: {
        time: NOW - 2500,
        ageMillis: 2500,
        batchDurationMillis: 1000,
        batches: 1234,
        records: 5678,
        codeVersion: "abc",
        failed: undefined,
      },
      stateKeys: 1011,
      owedOutputs: 2,
      token: 7,
      leaseExpires: NOW + 5000,
    });
  });

  it("owes nothing when all outputs are known to be done", () => {
    expect(statusOf(application, { head: { ...head, out: head.time }, manifest }, NOW).owedOutputs).toBe(0);
  });

  it("has something to tell before the first batch", () => {
    const { state, lastBatch, stateKeys, token } = statusOf(application, { head: undefined, manifest: undefined }, NOW);
    expect({ state, lastBatch, stateKeys, token }).toEqual({
      state: "new",
      lastBatch: undefined,
      stateKeys: 0,
      token: 0,
    });
  });
});

describe("formatStatus", () => {
  const status: Status = { ...statusOf(application, { head, manifest }, NOW), lagMillis: 0, lagUnknown: undefined };

  it("is to be read", () => {
    expect(formatStatus(status)).toBe(
      `words (stack sluice-words) is running: it makes batches.
  last batch  2026-01-01T11:59:57.500Z, 2.5 s ago; every 1 s, 1,234 so far
  records     5,678 in the last batch
  lag         none: no record is waiting
  state       1,011 keys
  outputs     2 of the last batch under way
  scheduler   token 7, lease until 2026-01-01T12:00:05.000Z
  code        abc`,
    );
  });

  it.each([
    [{ lagMillis: 90_000 }, "lag         90 s: so long has the oldest record been waiting"],
    [{ lagMillis: undefined }, "lag         no streams"],
    [{ lagMillis: undefined, lagUnknown: "no such stream" }, "lag         not known: no such stream"],
    [{ state: "standing" }, "outputs     2 of the last batch still owed"],
    [{ owedOutputs: 0 }, "outputs     all done"],
    [{ leaseExpires: 0 }, "scheduler   token 7, none at work"],
  ] as const)("with %j has %s", (over, line) => {
    expect(formatStatus({ ...status, ...over })).toContain(`  ${line}`);
  });

  it("says why a batch was passed over", () => {
    const lastBatch = { ...status.lastBatch, failed: { message: "boom", operator: undefined, partition: undefined } };
    expect(formatStatus({ ...status, lastBatch: lastBatch as Status["lastBatch"] })).toContain("passed over boom");
  });

  it("says so when there is no batch yet", () => {
    const text = formatStatus({ ...status, lastBatch: undefined, lagMillis: undefined, stateKeys: 1 });
    expect(text).toContain("last batch  none yet");
    expect(text).toContain("state       1 key\n");
  });
});

describe("ageText", () => {
  it.each([
    [-5, "0 ms"],
    [250, "250 ms"],
    [1500, "1.5 s"],
    [60_000, "60 s"],
    [180_000, "3 min"],
    [7_200_000, "2 h"],
    [3 * 86_400_000, "3 d"],
  ])("says of %d ms %s", (millis, text) => {
    expect(ageText(millis)).toBe(text);
  });
});

describe("lagOf", () => {
  /** Replies by shard, one after the other. */
  function streamsWith(
    replies: Record<string, readonly Partial<GetRecordsResult>[]>,
    asked: string[] = [],
  ): StreamSource {
    const left = new Map(Object.entries(replies).map(([shard, some]) => [shard, [...some]]));
    return {
      async getIterator(stream: string, shardId: string) {
        asked.push(`${stream} ${shardId}`);
        return shardId;
      },
      async getRecords(iterator: string) {
        const reply = left.get(iterator)?.shift() ?? {};
        return { records: [], nextIterator: iterator, millisBehindLatest: 0, childShards: [], ...reply };
      },
    } as unknown as StreamSource;
  }

  const record = (arrivalTime: number) => ({
    sequenceNumber: "1",
    arrivalTime,
    partitionKey: "k",
    data: new Uint8Array(0),
  });
  const next = { type: "trim-horizon" } as const;
  const positions = {
    input: {
      type: "stream" as const,
      streamId: "arn:aws:kinesis:r:1:stream/lines@17",
      shards: {
        a: { next, parents: [], upTo: 0 },
        b: { next, parents: [], upTo: 0 },
        read: { next: { type: "end" as const }, parents: [], upTo: 0 },
      },
    },
  };

  it("is the age of the oldest record that nobody has read", async () => {
    const asked: string[] = [];
    const streams = streamsWith(
      { a: [{ records: [record(NOW - 700)] }], b: [{ records: [record(NOW - 300)] }] },
      asked,
    );
    expect(await lagOf(streams, positions, NOW)).toBe(700);
    expect(asked).toEqual(["arn:aws:kinesis:r:1:stream/lines a", "arn:aws:kinesis:r:1:stream/lines b"]);
  });

  it("is 0 at the tip of all shards, and never negative", async () => {
    expect(await lagOf(streamsWith({ a: [{ records: [record(NOW + 50)] }] }), positions, NOW)).toBe(0);
  });

  it("looks past stretches without records, and then believes the service", async () => {
    const behind = { millisBehindLatest: 5000 };
    expect(await lagOf(streamsWith({ a: [behind, { records: [record(NOW - 10)] }] }), positions, NOW)).toBe(10);
    expect(await lagOf(streamsWith({ a: [behind, behind, behind] }), positions, NOW)).toBe(5000);
  });

  it("is not known of programs without streams", async () => {
    const files = { type: "files" as const, since: 0, chosen: {} };
    expect(await lagOf(streamsWith({}), { logs: files }, NOW)).toBeUndefined();
  });
});
