import type { Shard, StreamSource } from "../../shared/ports/index.js";
import { placed, readAll, type StreamSubject, type StreamTraits, texts } from "./stream-source.contract.js";
import { utf8 } from "./subject.js";

/** What splits and merges do, the same for every stream source that has them. */
export function describeResharding(
  current: () => { readonly subject: StreamSubject; readonly stream: string },
  traits: StreamTraits,
): void {
  describe("when shards split and merge", () => {
    let subject: StreamSubject;
    let streams: StreamSource;
    let stream: string;

    beforeEach(() => {
      ({ subject, stream } = current());
      streams = subject.streams;
    });

    const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);
    const putAll = async (round: string) => {
      const entries = keys.map((key) => ({ partitionKey: key, data: utf8(`${key} ${round}`) }));
      return placed(await streams.putRecords(stream, entries)).map(({ shardId }) => shardId);
    };
    const read = async (shardId: string, limit?: number) =>
      readAll(streams, await streams.getIterator(stream, shardId, { type: "trim-horizon" }), limit);
    const byId = async (): Promise<ReadonlyMap<string, Shard>> =>
      new Map((await streams.listShards(stream)).map((shard) => [shard.shardId, shard]));

    it("closes a shard that is split, and goes on in its two halves", async () => {
      await streams.create(stream, 1);
      const [parent = ""] = await putAll("before");
      await subject.split?.(stream, parent);
      const shards = await streams.listShards(stream);
      expect(shards[0]).toEqual({ shardId: parent, parentShardIds: [], closed: true });
      const children = shards.slice(1);
      expect(children).toHaveLength(2);
      for (const child of children) expect(child).toMatchObject({ parentShardIds: [parent], closed: false });
      const after = await putAll("after");
      expect(new Set(after)).toEqual(new Set(children.map(({ shardId }) => shardId)));
      expect(texts(await read(parent))).toEqual(keys.map((key) => `${key} before`));
      for (const { shardId } of children) {
        const mine = keys.filter((_, i) => after[i] === shardId);
        expect(texts(await read(shardId))).toEqual(mine.map((key) => `${key} after`));
      }
    });

    it("ends a closed shard with its last record, and names the shards to go on with", async () => {
      await streams.create(stream, 1);
      const [parent = ""] = await putAll("before");
      await subject.split?.(stream, parent);
      let iterator: string | undefined = await streams.getIterator(stream, parent, { type: "trim-horizon" });
      let found = 0;
      let children: readonly Shard[] = [];
      for (let calls = 0; iterator !== undefined && calls < 100; calls++) {
        const reply = await streams.getRecords(iterator, 7);
        found += reply.records.length;
        iterator = reply.nextIterator;
        if (iterator !== undefined) expect(reply.childShards).toEqual([]);
        children = reply.childShards;
      }
      expect(iterator).toBeUndefined();
      expect(found).toBe(keys.length);
      expect(children.map(({ shardId }) => shardId).sort()).toEqual([...(await byId()).keys()].slice(1).sort());
      for (const child of children) expect(child.parentShardIds).toEqual([parent]);
    });

    it("ends at once when the end had been reached before the shard was closed", async () => {
      await streams.create(stream, 1);
      const [parent = ""] = await putAll("before");
      const start = await streams.getIterator(stream, parent, { type: "trim-horizon" });
      const tip = await streams.getRecords(start, 1000);
      expect(tip.nextIterator).toBeDefined();
      await subject.split?.(stream, parent);
      const end = await streams.getRecords(tip.nextIterator ?? "", 1000);
      expect(end).toMatchObject({ records: [], nextIterator: undefined, millisBehindLatest: 0 });
      expect(end.childShards).toHaveLength(2);
    });

    it("merges neighbours into one that takes the records of both", async () => {
      await streams.create(stream, 2);
      const [left = "", right = ""] = [...(await byId()).keys()];
      const before = await putAll("before");
      await subject.merge?.(stream, left, right);
      const shards = await streams.listShards(stream);
      expect(shards.map(({ closed }) => closed)).toEqual([true, true, false]);
      const child = shards[2]?.shardId ?? "";
      expect(new Set(shards[2]?.parentShardIds)).toEqual(new Set([left, right]));
      expect(new Set(await putAll("after"))).toEqual(new Set([child]));
      expect(texts(await read(child))).toEqual(keys.map((key) => `${key} after`));
      for (const parent of [left, right]) {
        const iterator = await streams.getIterator(stream, parent, { type: "trim-horizon" });
        const reply = await streams.getRecords(iterator, 1000);
        expect(reply.records).toHaveLength(before.filter((shardId) => shardId === parent).length);
        expect(reply.childShards.map(({ shardId }) => shardId)).toEqual([child]);
      }
    });

    it("gives the children of a shard sequence numbers after its own", async () => {
      await streams.create(stream, 1);
      const [parent = ""] = await putAll("before");
      await subject.split?.(stream, parent);
      const after = new Set(await putAll("after"));
      const last = BigInt((await read(parent)).at(-1)?.sequenceNumber ?? 0);
      for (const child of after) expect(BigInt((await read(child))[0]?.sequenceNumber ?? 0)).toBeGreaterThan(last);
    });

    it("takes records while it is resharded, each in exactly one shard, in order for each key", async () => {
      await streams.create(stream, 1);
      const [first = ""] = await putAll("0");
      const splitting = subject.split?.(stream, first);
      const rounds = ["1", "2", "3"];
      for (const round of rounds) await putAll(round);
      await splitting;
      await putAll("4");
      const shards = await streams.listShards(stream);
      const all = (await Promise.all(shards.map(({ shardId }) => read(shardId, 13)))).flat();
      for (const key of keys) {
        const mine = all.filter(({ partitionKey }) => partitionKey === key);
        expect(texts(mine)).toEqual(["0", ...rounds, "4"].map((round) => `${key} ${round}`));
      }
    });

    it("does not reshard what cannot be", async () => {
      await streams.create(stream, 3);
      const [a = "", b = "", c = ""] = [...(await byId()).keys()];
      await expect(subject.merge?.(stream, a, c)).rejects.toThrow();
      await subject.merge?.(stream, a, b);
      await expect(subject.split?.(stream, a)).rejects.toThrow();
      expect(await streams.listShards(stream)).toHaveLength(4);
    });

    if (traits.timeIsCheap) {
      it("lists a closed shard until its last records have expired", async () => {
        await streams.create(stream, 1);
        const [parent = ""] = await putAll("before");
        const retention = (await streams.describe(stream))?.retentionMillis ?? 0;
        await subject.pause(retention - 1000);
        await subject.split?.(stream, parent);
        await subject.pause(retention - 1);
        expect(await streams.listShards(stream)).toHaveLength(3);
        await subject.pause(2);
        expect((await streams.listShards(stream)).map(({ parentShardIds }) => parentShardIds)).toEqual([
          [parent],
          [parent],
        ]);
      });
    }
  });
}
