import { createHash, randomUUID } from "node:crypto";
import { ExpiredIteratorError, StreamNotFoundError } from "../../shared/errors/index.js";
import type { PutResult, StreamRecord, StreamSource } from "../../shared/ports/index.js";
import { describeResharding } from "./resharding.contract.js";
import { pattern, type Subject, text, utf8 } from "./subject.js";

export interface StreamSubject {
  readonly streams: StreamSource;
  /** The time that decides arrival times, epoch milliseconds. */
  now(): number;
  /** Lets milliseconds pass. */
  pause(ms: number): Promise<void>;
  /** Splits or merges shards; resolves when the new ones take records. Without: those tests are left out. */
  readonly split?: (stream: string, shardId: string) => Promise<void>;
  readonly merge?: (stream: string, shardId: string, adjacentShardId: string) => Promise<void>;
}

export interface StreamTraits {
  /** `pause` may be given hours. */
  readonly timeIsCheap: boolean;
  /** There are `split` and `merge`. */
  readonly reshards: boolean;
}

/** All records from an iterator to the tip, or to the end of the shard. */
export async function readAll(streams: StreamSource, start: string, limit = 10_000): Promise<StreamRecord[]> {
  const records: StreamRecord[] = [];
  let iterator: string | undefined = start;
  while (iterator !== undefined) {
    const reply = await streams.getRecords(iterator, limit);
    expect(reply.records.length).toBeLessThanOrEqual(limit);
    records.push(...reply.records);
    if (reply.millisBehindLatest === 0) break;
    iterator = reply.nextIterator;
  }
  return records;
}

export function placed(results: readonly PutResult[]): { shardId: string; sequenceNumber: string }[] {
  return results.map((result) => {
    if ("errorCode" in result) throw new Error(`refused: ${result.errorCode} ${result.errorMessage}`);
    return result;
  });
}

export const texts = (records: readonly StreamRecord[]) => records.map(({ data }) => text(data));

/** What every stream source does. */
export function describeStreamSource(
  name: string,
  traits: StreamTraits,
  make: () => Promise<Subject<StreamSubject>>,
): void {
  describe(`stream source: ${name}`, () => {
    let subject: StreamSubject;
    let streams: StreamSource;
    let close: () => Promise<void>;
    let stream: string;

    beforeAll(async () => {
      const made = await make();
      subject = made.subject;
      streams = subject.streams;
      close = () => made.close();
    });
    afterAll(() => close());
    beforeEach(() => {
      stream = `test-${randomUUID()}`;
    });

    const put = async (...lines: string[]) =>
      placed(
        await streams.putRecords(
          stream,
          lines.map((line) => ({ partitionKey: "key", data: utf8(line) })),
        ),
      );
    const onlyShard = async () => (await streams.listShards(stream))[0]?.shardId ?? "none";
    const horizon = async (shardId?: string) =>
      streams.getIterator(stream, shardId ?? (await onlyShard()), { type: "trim-horizon" });

    it("describes a stream, and no other", async () => {
      expect(await streams.describe(stream)).toBeUndefined();
      await streams.create(stream, 1);
      const description = await streams.describe(stream);
      expect(description?.id).toBeTruthy();
      expect(description?.retentionMillis).toBeGreaterThan(60_000);
    });

    it("creates a stream once; the shards stay as they are", async () => {
      await streams.create(stream, 3);
      const shards = await streams.listShards(stream);
      const description = await streams.describe(stream);
      await streams.create(stream, 5);
      expect(await streams.listShards(stream)).toEqual(shards);
      expect(await streams.describe(stream)).toEqual(description);
      expect(shards).toHaveLength(3);
      for (const shard of shards) expect(shard).toMatchObject({ parentShardIds: [], closed: false });
    });

    it("says that a stream is missing", async () => {
      await expect(streams.listShards(stream)).rejects.toThrow(StreamNotFoundError);
      await expect(streams.putRecords(stream, [{ partitionKey: "k", data: utf8("x") }])).rejects.toThrow(
        StreamNotFoundError,
      );
      await expect(streams.getIterator(stream, "shardId-000000000000", { type: "trim-horizon" })).rejects.toThrow(
        StreamNotFoundError,
      );
    });

    it("returns what was put, in order, with growing sequence numbers", async () => {
      await streams.create(stream, 1);
      const before = subject.now();
      const results = [...(await put("a", "b")), ...(await put("c")), ...(await put())];
      for (let i = 0; i < 30; i++) results.push(...(await put(`d${i}`)));
      const records = await readAll(streams, await horizon());
      expect(texts(records).slice(0, 4)).toEqual(["a", "b", "c", "d0"]);
      expect(records.map(({ sequenceNumber }) => sequenceNumber)).toEqual(results.map((r) => r.sequenceNumber));
      const numbers = records.map(({ sequenceNumber }) => BigInt(sequenceNumber));
      expect(numbers).toEqual([...new Set(numbers)].sort((left, right) => (left < right ? -1 : 1)));
      for (const { partitionKey, arrivalTime, sequenceNumber } of records) {
        expect(partitionKey).toBe("key");
        expect(sequenceNumber).toMatch(/^\d+$/);
        expect(arrivalTime).toBeGreaterThanOrEqual(before - 2000);
        expect(arrivalTime).toBeLessThanOrEqual(subject.now() + 2000);
      }
    });

    it("keeps bytes and keys as they are", async () => {
      await streams.create(stream, 1);
      const entries = [
        { partitionKey: "ä 😀", data: pattern(256) },
        { partitionKey: "x".repeat(256), data: new Uint8Array(0) },
        { partitionKey: "a", data: pattern(70_000) },
      ];
      placed(await streams.putRecords(stream, entries));
      const records = await readAll(streams, await horizon());
      expect(records.map(({ partitionKey }) => partitionKey)).toEqual(entries.map((entry) => entry.partitionKey));
      records.forEach(({ data }, i) => {
        expect(Buffer.compare(data, entries[i]?.data ?? new Uint8Array(1))).toBe(0);
      });
    });

    it("puts a record into the shard whose range holds the MD5 of its partition key", async () => {
      await streams.create(stream, 4);
      const shards = (await streams.listShards(stream)).map(({ shardId }) => shardId);
      const keys = Array.from({ length: 200 }, (_, i) => `key-${i}`);
      const results = placed(
        await streams.putRecords(
          stream,
          keys.map((key) => ({ partitionKey: key, data: utf8(key) })),
        ),
      );
      const quarter = (key: string) => (createHash("md5").update(key).digest()[0] ?? 0) >> 6;
      expect(results.map(({ shardId }) => shardId)).toEqual(keys.map((key) => shards[quarter(key)]));
      for (const [index, shardId] of shards.entries()) {
        const found = texts(await readAll(streams, await horizon(shardId)));
        expect(found).toEqual(keys.filter((key) => quarter(key) === index));
      }
    });

    it("gives sequence numbers that are unique over the shards", async () => {
      await streams.create(stream, 2);
      const entries = Array.from({ length: 100 }, (_, i) => ({ partitionKey: `${i}`, data: utf8("x") }));
      const results = placed(await streams.putRecords(stream, entries));
      expect(new Set(results.map(({ sequenceNumber }) => sequenceNumber)).size).toBe(100);
    });

    it("keeps concurrent calls apart and whole", async () => {
      await streams.create(stream, 1);
      const calls = Array.from({ length: 20 }, (_, call) => Array.from({ length: 50 }, (_, i) => `${call}/${i}`));
      const results = await Promise.all(calls.map((lines) => put(...lines)));
      const records = await readAll(streams, await horizon());
      const bySequence = new Map(records.map((record) => [record.sequenceNumber, text(record.data)]));
      expect(records).toHaveLength(1000);
      calls.forEach((lines, call) => {
        expect(results[call]?.map(({ sequenceNumber }) => bySequence.get(sequenceNumber))).toEqual(lines);
        expect(texts(records).filter((line) => line?.startsWith(`${call}/`))).toEqual(lines);
      });
    });

    it("starts after a sequence number", async () => {
      await streams.create(stream, 1);
      const results = await put("a", "b", "c", "d");
      for (const [index, { sequenceNumber }] of results.entries()) {
        const start = { type: "after-sequence-number", sequenceNumber } as const;
        const iterator = await streams.getIterator(stream, await onlyShard(), start);
        expect(texts(await readAll(streams, iterator))).toEqual(["a", "b", "c", "d"].slice(index + 1));
      }
    });

    it("starts at a time", async () => {
      await streams.create(stream, 1);
      const times: number[] = [];
      for (const line of ["a", "b", "c", "d", "e"]) {
        await put(line);
        await subject.pause(40);
        times.push((await readAll(streams, await horizon())).at(-1)?.arrivalTime ?? 0);
      }
      const from = async (timestamp: number) =>
        texts(
          await readAll(
            streams,
            await streams.getIterator(stream, await onlyShard(), { type: "at-timestamp", timestamp }),
          ),
        );
      expect(await from((times[0] ?? 0) - 1000)).toEqual(["a", "b", "c", "d", "e"]);
      for (const index of [1, 2, 4]) {
        expect(await from(times[index] ?? 0)).toEqual(["a", "b", "c", "d", "e"].slice(index));
        expect(await from((times[index] ?? 0) - 20)).toEqual(["a", "b", "c", "d", "e"].slice(index));
      }
      const now = await streams.getIterator(stream, await onlyShard(), {
        type: "at-timestamp",
        timestamp: subject.now(),
      });
      const empty = await streams.getRecords(now, 10);
      expect(empty.records).toEqual([]);
      await put("f");
      expect(texts(await readAll(streams, empty.nextIterator ?? ""))).toEqual(["f"]);
    });

    it("goes on from the tip", async () => {
      await streams.create(stream, 1);
      const first = await streams.getRecords(await horizon(), 10);
      expect(first).toMatchObject({ records: [], millisBehindLatest: 0, childShards: [] });
      await put("a");
      const second = await streams.getRecords(first.nextIterator ?? "", 10);
      expect(texts(second.records)).toEqual(["a"]);
      const third = await streams.getRecords(second.nextIterator ?? "", 10);
      expect(third).toMatchObject({ records: [], millisBehindLatest: 0 });
      await put("b");
      expect(texts((await streams.getRecords(third.nextIterator ?? "", 10)).records)).toEqual(["b"]);
      // An iterator is a place, not a thing that is used up.
      expect(texts((await streams.getRecords(first.nextIterator ?? "", 10)).records)).toEqual(["a", "b"]);
    });

    it("reads in portions, and says how far they are behind", async () => {
      await streams.create(stream, 1);
      const lines = Array.from({ length: 25 }, (_, i) => `line ${i}`);
      await put(...lines);
      await subject.pause(10);
      const first = await streams.getRecords(await horizon(), 10);
      expect(texts(first.records)).toEqual(lines.slice(0, 10));
      expect(first.millisBehindLatest).toBeGreaterThan(0);
      const second = await streams.getRecords(first.nextIterator ?? "", 10);
      expect(texts(second.records)).toEqual(lines.slice(10, 20));
      const third = await streams.getRecords(second.nextIterator ?? "", 10);
      expect(texts(third.records)).toEqual(lines.slice(20));
      expect(third.millisBehindLatest).toBe(0);
      expect(texts(await readAll(streams, await horizon(), 1))).toEqual(lines);
    });

    it("replies with no more than 10 MB", async () => {
      await streams.create(stream, 1);
      for (let call = 0; call < 3; call++) {
        const entries = Array.from({ length: 4 }, (_, i) => ({
          partitionKey: "k",
          data: pattern(1_000_000, call * 4 + i),
        }));
        placed(await streams.putRecords(stream, entries));
      }
      const first = await streams.getRecords(await horizon(), 10_000);
      expect(first.records.length).toBeLessThan(12);
      expect(first.millisBehindLatest).toBeGreaterThan(0);
      const rest = await readAll(streams, first.nextIterator ?? "");
      const all = [...first.records, ...rest];
      expect(all).toHaveLength(12);
      all.forEach(({ data }, i) => {
        expect(Buffer.compare(data, pattern(1_000_000, i))).toBe(0);
      });
    }, 60_000);

    if (traits.timeIsCheap) {
      it("lets an iterator expire after five minutes, and not before", async () => {
        await streams.create(stream, 1);
        const first = await horizon();
        await subject.pause(4 * 60_000);
        const second = (await streams.getRecords(first, 10)).nextIterator ?? "";
        await subject.pause(60_000);
        await expect(streams.getRecords(first, 10)).resolves.toMatchObject({ records: [] });
        await subject.pause(1);
        await expect(streams.getRecords(first, 10)).rejects.toThrow(ExpiredIteratorError);
        await subject.pause(4 * 60_000 - 1);
        await expect(streams.getRecords(second, 10)).resolves.toMatchObject({ records: [] });
      });

      it("drops records after their retention", async () => {
        await streams.create(stream, 1);
        const retention = (await streams.describe(stream))?.retentionMillis ?? 0;
        const [a] = await put("a");
        await subject.pause(retention / 2);
        await put("b");
        await subject.pause(retention / 2 + 1);
        await put("c");
        expect(texts(await readAll(streams, await horizon()))).toEqual(["b", "c"]);
        const start = { type: "after-sequence-number", sequenceNumber: a?.sequenceNumber ?? "" } as const;
        const iterator = await streams.getIterator(stream, await onlyShard(), start);
        expect(texts(await readAll(streams, iterator))).toEqual(["b", "c"]);
      });
    }

    if (traits.reshards) describeResharding(() => ({ subject, stream }), traits);
  });
}
