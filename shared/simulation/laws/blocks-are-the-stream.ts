import type { ShardStart } from "../../ports/index.js";
import { type Law, must, type StreamFacts } from "../law.js";

/**
 * I2: what batches read of a shard is the shard, without gap or overlap. I6: parents are read to their end before their
 * children, children from their beginning, and a shard at its end never again.
 */
export function blocksAreTheStream(facts: StreamFacts): Law {
  /** How many records of each shard have been read. */
  const read = new Map<string, number>();
  const finished = new Set<string>();
  return {
    committed({ manifest, previous, read: shards }) {
      for (const { input, stream, shard: shardId, records } of shards) {
        const shard = `${stream}/${shardId}`;
        const name = `shard ${shard} in batch ${manifest.time}`;
        must(!finished.has(shard), "I6", () => `${name} was read after its end`);
        for (const parent of facts.parents.get(shard) ?? []) {
          must(finished.has(parent), "I6", () => `${name} was read before its parent ${parent} was at its end`);
        }
        const before = previous?.positions[input];
        const start = before?.type === "stream" ? before.shards[shardId]?.next : undefined;
        const at = read.get(shard) ?? 0;
        const log = facts.log(shard);
        if (start !== undefined) {
          must(start.type !== "end" && startOf(log, start) === at, "I2", () => {
            return `${name} starts at ${JSON.stringify(start)}, but ${at} of its records have been read`;
          });
        }
        const there = log.slice(at, at + records.length).map(({ data }) => Buffer.from(data).toString());
        must(records.length === there.length && records.every((text, i) => text === there[i]), "I2", () => {
          return `${name} holds [${records}], the stream [${there}]`;
        });
        read.set(shard, at + records.length);
        const after = manifest.positions[input];
        const next = after?.type === "stream" ? after.shards[shardId]?.next : undefined;
        const isAtEnd = next === undefined || next.type === "end";
        if (isAtEnd) {
          must(facts.closed.has(shard), "I2", () => `${name} is taken to be at its end, but it is open`);
          must(read.get(shard) === log.length, "I2", () => {
            return `${name} is taken to be at its end, but ${log.length - (read.get(shard) ?? 0)} records are left`;
          });
          finished.add(shard);
        } else {
          must(startOf(log, next) === read.get(shard), "I2", () => {
            return `${name} goes on at ${JSON.stringify(next)}, but ${read.get(shard)} of its records have been read`;
          });
        }
      }
    },
  };
}

function startOf(log: readonly { readonly sequenceNumber: string }[], start: ShardStart): number {
  if (start.type !== "after-sequence-number") return 0;
  return log.findIndex(({ sequenceNumber }) => sequenceNumber === start.sequenceNumber) + 1;
}
