import { setTimeout as sleep } from "node:timers/promises";
import { DeleteStreamCommand, type KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { awsClients, KinesisStreamSource } from "../../shared/aws/index.js";
import { ExpiredIteratorError, StreamNotFoundError, ThrottledError } from "../../shared/errors/index.js";
import { SystemClock } from "../../shared/system/index.js";
import { placed, readAll, texts } from "../contracts/stream-source.contract.js";
import { text, utf8 } from "../contracts/subject.js";
import { errorReply } from "../emulators/faults.js";
import { startGateway } from "../emulators/gateway.js";
import { aggregate } from "./aggregate.js";
import { openService, type ServiceUnderTest } from "./services.js";

jest.setTimeout(60_000);

describe("Kinesis over a network that fails", () => {
  let service: ServiceUnderTest;
  let kinesis: KinesisClient;
  let streams: KinesisStreamSource;
  let stream: string;
  let count = 0;

  beforeAll(async () => {
    service = await openService("kinesis");
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    service.faults.clear();
    kinesis = service.faulty().kinesis;
    streams = new KinesisStreamSource(kinesis, new SystemClock());
    count += 1;
    stream = `test-faults-${process.pid}-${count}`;
    await streams.create(stream, 1);
  });

  const put = async (...lines: string[]) =>
    placed(
      await streams.putRecords(
        stream,
        lines.map((line) => ({ partitionKey: line, data: utf8(line) })),
      ),
    );
  const horizon = async () => {
    const [shard] = await streams.listShards(stream);
    return streams.getIterator(stream, shard?.shardId ?? "", { type: "trim-horizon" });
  };

  it("puts more records than a request takes, in order", async () => {
    const lines = Array.from({ length: 1201 }, (_, i) => `line ${i}`);
    const before = service.arrived.get("kinesis PutRecords") ?? 0;
    const results = await put(...lines);
    expect((service.arrived.get("kinesis PutRecords") ?? 0) - before).toBe(3);
    const records = await readAll(streams, await horizon());
    expect(texts(records)).toEqual(lines);
    expect(records.map(({ sequenceNumber }) => sequenceNumber)).toEqual(results.map((result) => result.sequenceNumber));
  });

  it("loses no record when an answer is lost; it may be there twice", async () => {
    service.faults.add({ service: "kinesis", operation: "PutRecords", fault: "drop-reply", times: 1 });
    await put("a", "b");
    expect(texts(await readAll(streams, await horizon()))).toEqual(["a", "b", "a", "b"]);
  });

  it("reads on when answers are lost, and when it is throttled for a while", async () => {
    await put("a", "b", "c");
    service.faults.add({ service: "kinesis", operation: /Get|List/, fault: "drop-reply", times: 2 });
    service.faults.add({ service: "kinesis", operation: "GetRecords", fault: "throttle", times: 6 });
    expect(texts(await readAll(streams, await horizon(), 2))).toEqual(["a", "b", "c"]);
    expect(service.faults.played.throttle).toBe(6);
  });

  it("unpacks what the KPL packed, and leaves alone what only looks like it", async () => {
    const packed = aggregate(["a", "b", "c"].map((key) => ({ partitionKey: key, data: utf8(key) })));
    const damaged = Buffer.concat([packed.subarray(0, -1), Buffer.from([(packed.at(-1) ?? 0) ^ 1])]);
    for (const Data of [utf8("before"), packed, damaged, utf8("after")]) {
      await service.clients.kinesis.send(new PutRecordCommand({ StreamName: stream, PartitionKey: "k", Data }));
    }
    const records = await readAll(streams, await horizon());
    expect(records.map(({ partitionKey }) => partitionKey)).toEqual(["k", "a", "b", "c", "k", "k"]);
    expect(texts(records).slice(0, 4)).toEqual(["before", "a", "b", "c"]);
    expect(Buffer.compare(records[4]?.data ?? new Uint8Array(0), damaged)).toBe(0);
    // The place of a sub-record is the whole record's.
    const [shard] = await streams.listShards(stream);
    const start = { type: "after-sequence-number", sequenceNumber: records[1]?.sequenceNumber ?? "" } as const;
    const rest = await readAll(streams, await streams.getIterator(stream, shard?.shardId ?? "", start));
    expect(rest.map(({ sequenceNumber }) => sequenceNumber)).toEqual(records.slice(4).map((r) => r.sequenceNumber));
    expect(text(rest.at(-1)?.data)).toBe("after");
  });

  it("asks for records five times a second at most", async () => {
    let iterator = await horizon();
    const start = performance.now();
    for (let i = 0; i < 11; i++) iterator = (await streams.getRecords(iterator, 10)).nextIterator ?? "";
    expect(performance.now() - start).toBeGreaterThanOrEqual(1999);
  });

  it("tells a stream made again from the one before", async () => {
    const before = await streams.describe(stream);
    await service.clients.kinesis.send(new DeleteStreamCommand({ StreamName: stream }));
    const fresh = () => new KinesisStreamSource(kinesis, new SystemClock());
    while ((await fresh().describe(stream)) !== undefined) await sleep(100);
    await expect(streams.listShards(stream)).rejects.toThrow(StreamNotFoundError);
    await sleep(1000);
    await fresh().create(stream, 1);
    expect((await fresh().describe(stream))?.id).not.toBe(before?.id);
    expect(before?.retentionMillis).toBe(24 * 3_600_000);
  });

  it("finds the real stream by its name in the program", async () => {
    const named = new KinesisStreamSource(kinesis, new SystemClock(), { names: { words: stream } });
    await put("a");
    const [shard] = await named.listShards("words");
    const iterator = await named.getIterator("words", shard?.shardId ?? "", { type: "trim-horizon" });
    expect(texts(await readAll(named, iterator))).toEqual(["a"]);
    await expect(named.listShards("other-words")).rejects.toThrow(StreamNotFoundError);
  });

  it("counts what it sends as it arrives", async () => {
    const arrived = () => new Map(service.arrived);
    const played = () => service.faults.played.throttle;
    const [before, requests, throttles] = [arrived(), service.meter.snapshot().kinesis ?? {}, played()];
    service.faults.add({ service: "kinesis", operation: "PutRecords", fault: "throttle", times: 2 });
    service.faults.add({ service: "kinesis", operation: "PutRecords", fault: "drop-reply", times: 1 });
    await put("a");
    await readAll(streams, await horizon());
    const later = service.meter.snapshot().kinesis ?? {};
    for (const operation of ["PutRecords", "ListShards", "GetShardIterator", "GetRecords"]) {
      const sent = (later[operation]?.requests ?? 0) - (requests[operation]?.requests ?? 0);
      const seen = (arrived().get(`kinesis ${operation}`) ?? 0) - (before.get(`kinesis ${operation}`) ?? 0);
      expect([operation, sent]).toEqual([operation, seen + (operation === "PutRecords" ? played() - throttles : 0)]);
    }
    expect((later.PutRecords?.throttles ?? 0) - (requests.PutRecords?.throttles ?? 0)).toBe(2);
    expect((later.PutRecords?.retries ?? 0) - (requests.PutRecords?.retries ?? 0)).toBe(3);
  });
});

describe("errors of Kinesis, as the SDK reads them from the wire", () => {
  it.each([
    ["ExpiredIteratorException", ExpiredIteratorError],
    ["ResourceNotFoundException", StreamNotFoundError],
  ])("%s", async (code, type) => {
    const gateway = await startGateway({
      routes: {
        kinesis: async ({ operation }) =>
          operation === "GetShardIterator"
            ? { status: 200, headers: {}, body: Buffer.from('{"ShardIterator":"AAAA"}') }
            : errorReply("kinesis", 400, code, "No."),
      },
    });
    const { kinesis } = awsClients({ endpoint: gateway.url });
    const streams = new KinesisStreamSource(kinesis, new SystemClock());
    const iterator = await streams.getIterator("words", "shard", { type: "trim-horizon" });
    await expect(streams.getRecords(iterator, 10)).rejects.toThrow(type);
    kinesis.destroy();
    await gateway.stop();
  });

  it("throttling of everything else than reads, after the SDK's own attempts", async () => {
    const gateway = await startGateway({ routes: { kinesis: "http://127.0.0.1:9" } });
    gateway.faults.add({ fault: "throttle" });
    const { kinesis } = awsClients({ endpoint: gateway.url });
    const streams = new KinesisStreamSource(kinesis, new SystemClock());
    await expect(streams.listShards("words")).rejects.toThrow(ThrottledError);
    expect(gateway.faults.played.throttle).toBe(5);
    kinesis.destroy();
    await gateway.stop();
  });
});
