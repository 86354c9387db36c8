import { encodeColumn, encodePairs } from "../codec/index.js";
import {
  checkKey,
  type ExchangeNode,
  groupAggregator,
  operators,
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
  if (combine === groupAggregator) return groupWriter(exchange, partitioner, task, allocate);
  const keys: unknown[][] = Array.from({ length: exchange.numPartitions }, () => []);
  const values: unknown[][] = Array.from({ length: exchange.numPartitions }, () => []);
  const send = (key: unknown, value: unknown): void => {
    let partition: number;
    try {
      partition = partitioner.partition(key);
    } catch (cause) {
      throw userError(exchange.label, task, cause, { value: [key, value] });
    }
    keys[partition]?.push(key);
    values[partition]?.push(value);
  };
  const parts = (): readonly (Uint8Array | undefined)[] =>
    keys.map((bucket, p) => (bucket.length === 0 ? undefined : encodePairs(bucket, values[p] ?? [], allocate)));
  if (combine !== undefined) {
    return Object.assign(
      operators.combiningSink(combine, task, exchange.label, send, () => {}),
      { parts },
    );
  }
  const pushPair = (key: unknown, value: unknown): void => send(checkKey(key, exchange.label), value);
  return {
    push(element) {
      const pair = toPair(element, exchange.label);
      pushPair(pair[0], pair[1]);
    },
    pushPair,
    end() {},
    parts,
  };
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
