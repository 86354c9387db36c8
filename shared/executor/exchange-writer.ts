import { encodeColumn, encodePairs } from "../codec/index.js";
import {
  type Aggregator,
  checkKey,
  type ExchangeNode,
  groupAggregator,
  operators,
  type Partitioner,
  type Sink,
  type TaskInfo,
  toPair,
  userError,
} from "../rdd/index.js";
import { groupWriter } from "./group-writer.js";

/** The map side of a shuffle: one encoded part a reduce partition when the input has ended. */
export interface ExchangeWriter extends Sink {
  parts(): readonly (Uint8Array | undefined)[];
}

type Allocate = (bytes: number) => Uint8Array;

/** Collects what one map partition sends through an exchange. */
export function exchangeWriter(exchange: ExchangeNode, task: TaskInfo, allocate: Allocate): ExchangeWriter {
  return exchange.mode.type === "keyed"
    ? keyedWriter(exchange, exchange.mode, task, allocate)
    : roundRobinWriter(exchange.numPartitions, task.partition, allocate);
}

function keyedWriter(
  exchange: ExchangeNode,
  mode: Extract<ExchangeNode["mode"], { type: "keyed" }>,
  task: TaskInfo,
  allocate: Allocate,
): ExchangeWriter {
  const { partitioner, combine } = mode;
  if (combine === undefined) return pairWriter(exchange, partitioner, task, allocate);
  if (combine === groupAggregator) return groupWriter(exchange, partitioner, task, allocate);
  return combiningWriter(exchange, partitioner, combine, task, allocate);
}

/** Pairs as they come. */
function pairWriter(
  exchange: ExchangeNode,
  partitioner: Partitioner,
  task: TaskInfo,
  allocate: Allocate,
): ExchangeWriter {
  const buckets = new PairBuckets(exchange.numPartitions);
  const pushPair = (key: unknown, value: unknown): void => {
    checkKey(key, exchange.label);
    let partition: number;
    try {
      partition = partitioner.partition(key);
    } catch (cause) {
      throw userError(exchange.label, task, cause, { value: [key, value] });
    }
    buckets.add(partition, key, value);
  };
  return {
    push(element) {
      const pair = toPair(element, exchange.label);
      pushPair(pair[0], pair[1]);
    },
    pushPair,
    end() {},
    parts: () => buckets.encode(allocate),
  };
}

/** One pair a key. */
function combiningWriter(
  exchange: ExchangeNode,
  partitioner: Partitioner,
  combine: Aggregator,
  task: TaskInfo,
  allocate: Allocate,
): ExchangeWriter {
  const buckets = new PairBuckets(exchange.numPartitions);
  const sink = operators.combiningSink(combine, task, exchange.label, (table, combiners) => {
    for (const [number, key] of table.keys.entries()) {
      let partition: number;
      try {
        partition = partitioner.partition(key);
      } catch (cause) {
        throw userError(exchange.label, task, cause, { value: [key, combiners[number]] });
      }
      buckets.add(partition, key, combiners[number]);
    }
  });
  return Object.assign(sink, { parts: () => buckets.encode(allocate) });
}

/** Keys and values by reduce partition. */
class PairBuckets {
  readonly #keys: readonly unknown[][];
  readonly #values: readonly unknown[][];

  constructor(numPartitions: number) {
    this.#keys = Array.from({ length: numPartitions }, () => []);
    this.#values = Array.from({ length: numPartitions }, () => []);
  }

  add(partition: number, key: unknown, value: unknown): void {
    this.#keys[partition]?.push(key);
    this.#values[partition]?.push(value);
  }

  encode(allocate: Allocate): readonly (Uint8Array | undefined)[] {
    return this.#keys.map((keys, p) =>
      keys.length === 0 ? undefined : encodePairs(keys, this.#values[p] ?? [], allocate),
    );
  }
}

/** Each map partition begins at another reduce partition, so that many small ones still spread evenly. */
function roundRobinWriter(numPartitions: number, mapPartition: number, allocate: Allocate): ExchangeWriter {
  const buckets: unknown[][] = Array.from({ length: numPartitions }, () => []);
  let next = mapPartition % numPartitions;
  return {
    push(value) {
      buckets[next]?.push(value);
      next = next + 1 === numPartitions ? 0 : next + 1;
    },
    end() {},
    parts: () => buckets.map((bucket) => (bucket.length === 0 ? undefined : encodeColumn(bucket, allocate))),
  };
}
