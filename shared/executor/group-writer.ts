import { encodeGroups, KeyTable } from "../codec/index.js";
import {
  checkKey,
  type ExchangeNode,
  type Partitioner,
  partitionOfNumber,
  type TaskInfo,
  toPair,
  userError,
} from "../rdd/index.js";
import type { ExchangeWriter } from "./exchange-writer.js";

/** The groups that go to one reduce partition, in the order in which their keys were first seen. */
interface Bucket {
  readonly keys: unknown[];
  /** Number of the group of each key among all groups. */
  readonly groups: number[];
}

/**
 * The map side of grouping: records which group each value belongs to, and sorts the values by group once at the end. A
 * list for each key would cost an object a key and its growth a copy after the other.
 */
export function groupWriter(
  exchange: ExchangeNode,
  partitioner: Partitioner,
  task: TaskInfo,
  allocate: (bytes: number) => Uint8Array,
): ExchangeWriter {
  const table = new KeyTable();
  const partitionOf = partitionOfNumber(partitioner, table);
  const sizes: number[] = [];
  let members = new Int32Array(1024);
  const values: unknown[] = [];
  const buckets = Array.from({ length: exchange.numPartitions }, (): Bucket => ({ keys: [], groups: [] }));

  const begin = (group: number, key: unknown): void => {
    sizes.push(0);
    const bucket = buckets[partitionOf(group)];
    bucket?.keys.push(key);
    bucket?.groups.push(group);
  };
  const pushPair = (key: unknown, value: unknown): void => {
    let group: number;
    try {
      group = table.add(checkKey(key, exchange.label));
      if (group === sizes.length) begin(group, key);
    } catch (cause) {
      throw userError(exchange.label, task, cause, { value: [key, value] });
    }
    (sizes[group] as number) += 1;
    if (values.length === members.length) members = grown(members);
    members[values.length] = group;
    values.push(value);
  };

  return {
    push(element) {
      const pair = toPair(element, exchange.label);
      pushPair(pair[0], pair[1]);
    },
    pushPair,
    end() {},
    parts() {
      // Where the next value of each group goes among the values of its bucket.
      const next = new Int32Array(sizes.length);
      const bucketOf = new Int32Array(sizes.length);
      const elements = buckets.map((bucket, b) => {
        let total = 0;
        for (const group of bucket.groups) {
          next[group] = total;
          bucketOf[group] = b;
          total += sizes[group] as number;
        }
        return new Array<unknown>(total);
      });
      for (let i = 0; i < values.length; i++) {
        const group = members[i] as number;
        (elements[bucketOf[group] as number] as unknown[])[next[group] as number] = values[i];
        (next[group] as number) += 1;
      }
      return buckets.map(({ keys, groups }, b) => {
        if (keys.length === 0) return undefined;
        const lengths = Float64Array.from(groups, (group) => sizes[group] as number);
        return encodeGroups(keys, lengths, elements[b] ?? [], allocate);
      });
    },
  };
}

/** Twice as large. Numbers outside of the heap are no work for its garbage collector. */
function grown(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
