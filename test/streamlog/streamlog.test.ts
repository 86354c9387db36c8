import { createHash } from "node:crypto";
import fc from "fast-check";
import { ExpiredIteratorError, IllegalArgumentError, IllegalStateError } from "../../shared/errors/index.js";
import { HASH_KEYS, hashKeyHead, headOf } from "../../shared/streamlog/hash-key.js";
import {
  boundsOf,
  compareSequenceNumbers,
  decodeIterator,
  encodeIterator,
  hashKeyOf,
  ITERATOR_LIFETIME_MILLIS,
  initialShards,
  mergeShards,
  retainedShards,
  type ShardRange,
  shardRouter,
  splitShard,
  startPosition,
} from "../../shared/streamlog/index.js";

const open = (shards: readonly ShardRange[]) => shards.filter(({ closedAt }) => closedAt === undefined);

/** Shards after a history of splits and merges that the numbers choose. */
function reshard(count: number, choices: readonly number[]): readonly ShardRange[] {
  let shards = initialShards(count);
  for (const choice of choices) {
    const inOrder = open(shards).sort((a, b) => (boundsOf(a)[0] < boundsOf(b)[0] ? -1 : 1));
    const [a, b] = [inOrder[choice % inOrder.length], inOrder[(choice % inOrder.length) + 1]];
    if (choice % 2 === 0 && b !== undefined) shards = mergeShards(shards, b.shardId, a?.shardId ?? "", choice);
    else shards = splitShard(shards, a?.shardId ?? "", choice);
  }
  return shards;
}
const history = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.array(fc.nat(1000), { maxLength: 12 }));

describe("hash keys", () => {
  it("are the MD5 of the partition key", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (key) => {
        expect(hashKeyOf(key)).toBe(BigInt(`0x${createHash("md5").update(key, "utf8").digest("hex")}`));
        expect(hashKeyHead(key)).toBe(headOf(hashKeyOf(key)));
      }),
    );
  });
});

describe("shards", () => {
  it("divide the hash keys without gap or overlap, whatever has been split and merged", () => {
    fc.assert(
      fc.property(history, ([count, choices]) => {
        const bounds = open(reshard(count, choices))
          .map(boundsOf)
          .sort((a, b) => (a[0] < b[0] ? -1 : 1));
        let next = 0n;
        for (const [start, end] of bounds) {
          expect(start).toBe(next);
          expect(end).toBeGreaterThanOrEqual(start);
          next = end + 1n;
        }
        expect(next).toBe(HASH_KEYS);
      }),
    );
  });

  it("have names of their own, parents before children", () => {
    fc.assert(
      fc.property(history, ([count, choices]) => {
        const shards = reshard(count, choices);
        const ids = shards.map(({ shardId }) => shardId);
        expect([...new Set(ids)].sort()).toEqual(ids);
        for (const [index, { parentShardIds }] of shards.entries()) {
          for (const parent of parentShardIds) expect(ids.indexOf(parent)).toBeLessThan(index);
        }
      }),
    );
  });

  it("are found by partition key as their ranges say", () => {
    fc.assert(
      fc.property(history, fc.array(fc.string(), { maxLength: 50 }), ([count, choices], keys) => {
        const shards = open(reshard(count, choices));
        const route = shardRouter(reshard(count, choices));
        for (const key of keys) {
          const hash = hashKeyOf(key);
          const owner = shards.find((shard) => boundsOf(shard)[0] <= hash && hash <= boundsOf(shard)[1]);
          expect(route(key).shardId).toBe(owner?.shardId);
        }
      }),
    );
  });

  it("are found by the whole hash key where its head is that of a boundary", () => {
    const hash = hashKeyOf("key");
    for (const [boundary, owner] of [
      [hash, "upper"],
      [hash + 1n, "lower"],
      [hash - 1n, "upper"],
    ] as const) {
      const shard = (shardId: string, start: bigint, end: bigint): ShardRange => ({
        shardId,
        parentShardIds: [],
        startingHashKey: String(start),
        endingHashKey: String(end),
      });
      const shards = [shard("upper", boundary, HASH_KEYS - 1n), shard("lower", 0n, boundary - 1n)];
      expect(shardRouter(shards)("key").shardId).toBe(owner);
    }
  });

  it("refuse what cannot be", () => {
    const shards = initialShards(3).map(({ shardId }) => shardId);
    for (const count of [0, -1, 1.5, Number.NaN]) expect(() => initialShards(count)).toThrow(IllegalArgumentError);
    expect(() => splitShard(initialShards(3), "none", 0)).toThrow(IllegalArgumentError);
    expect(() => mergeShards(initialShards(3), shards[0] ?? "", shards[2] ?? "", 0)).toThrow(IllegalStateError);
    expect(() => mergeShards(initialShards(3), shards[0] ?? "", shards[0] ?? "", 0)).toThrow(IllegalStateError);
    const closed = splitShard(initialShards(1), shards[0] ?? "", 0);
    expect(() => splitShard(closed, shards[0] ?? "", 0)).toThrow(IllegalStateError);
    const single: ShardRange = {
      shardId: "shardId-000000000000",
      parentShardIds: [],
      startingHashKey: "5",
      endingHashKey: "5",
    };
    expect(() => splitShard([single], single.shardId, 0)).toThrow(IllegalStateError);
    expect(() => shardRouter([])).toThrow(RangeError);
  });

  it("stay as long as their records may", () => {
    const shards = splitShard(initialShards(1), "shardId-000000000000", 1000);
    expect(retainedShards(shards, 1999, 1000)).toBe(shards);
    expect(retainedShards(shards, 2000, 1000)).toEqual(open(shards));
  });

  it("get new names after old shards have gone", () => {
    const shards = retainedShards(splitShard(initialShards(1), "shardId-000000000000", 0), 10, 5);
    const next = splitShard(shards, "shardId-000000000001", 10);
    expect(next.map(({ shardId }) => shardId).at(-1)).toBe("shardId-000000000004");
  });
});

describe("sequence numbers", () => {
  it("compare as numbers", () => {
    const digits = fc.stringMatching(/^\d{1,60}$/);
    fc.assert(
      fc.property(digits, digits, (a, b) => {
        const [x, y] = [BigInt(a), BigInt(b)];
        expect(Math.sign(compareSequenceNumbers(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
        expect(compareSequenceNumbers(a, a)).toBe(0);
      }),
    );
    expect(compareSequenceNumbers("0", "00")).toBe(0);
  });
});

describe("iterators", () => {
  const place = { stream: "s", streamId: "id", shardId: "shardId-000000000000", issued: 1000 };

  it("carry a place", () => {
    for (const start of [
      { type: "trim-horizon" },
      { type: "after-sequence-number", sequenceNumber: "123" },
      { type: "at-timestamp", timestamp: 5 },
    ] as const) {
      const position = startPosition(place, start);
      expect(decodeIterator(encodeIterator(position), 1000)).toEqual(position);
    }
  });

  it("expire", () => {
    const iterator = encodeIterator(startPosition(place, { type: "trim-horizon" }));
    expect(decodeIterator(iterator, 1000 + ITERATOR_LIFETIME_MILLIS)).toBeDefined();
    expect(() => decodeIterator(iterator, 1001 + ITERATOR_LIFETIME_MILLIS)).toThrow(ExpiredIteratorError);
  });

  it("are told from other text", () => {
    for (const bad of [
      "",
      "nonsense",
      Buffer.from("{}").toString("base64url"),
      Buffer.from("null").toString("base64url"),
    ]) {
      expect(() => decodeIterator(bad, 0)).toThrow(IllegalArgumentError);
    }
    const start = { type: "after-sequence-number", sequenceNumber: "12x" } as const;
    expect(() => startPosition(place, start)).toThrow(IllegalArgumentError);
  });
});
