import { encodeGroups, KeyTable, type Repeated } from "../codec/index.js";
import { checkKey, type ExchangeNode, type Partitioner, type TaskInfo, toPair, userError } from "../rdd/index.js";
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
  const sizes: number[] = [];
  const values = new GroupedValues(sizes);
  const buckets = Array.from({ length: exchange.numPartitions }, (): Bucket => ({ keys: [], groups: [] }));

  const begin = (group: number, key: unknown): void => {
    sizes.push(0);
    const bucket = buckets[partitioner.partition(key)];
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
    values.add(group, value);
    (sizes[group] as number) += 1;
  };

  return {
    push(element) {
      const pair = toPair(element, exchange.label);
      pushPair(pair[0], pair[1]);
    },
    pushPair,
    end() {},
    parts() {
      const elements = values.sorted(buckets.map(({ groups }) => groups));
      return buckets.map(({ keys, groups }, b) => {
        if (keys.length === 0) return undefined;
        const lengths = Float64Array.from(groups, (group) => sizes[group] as number);
        return encodeGroups(keys, lengths, elements[b] ?? [], allocate);
      });
    },
  };
}

/**
 * The values of all groups in the order in which they come. As long as they are one and the same primitive (the 1 of counting),
 * the sizes of the groups say everything, and nothing else is written down.
 */
class GroupedValues {
  readonly #sizes: readonly number[];
  #same = true;
  #first: unknown;
  #count = 0;
  #values: unknown[] = [];
  /** The group of each value. */
  #members = new Int32Array(0);

  /** @param sizes How many values each group has so far; the caller counts a value after it was added. */
  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
  }

  add(group: number, value: unknown): void {
    if (this.#same) {
      if (this.#count === 0) this.#first = value;
      if (Object.is(value, this.#first) && isPrimitive(value)) {
        this.#count += 1;
        return;
      }
      this.#writeDown();
    }
    const number = this.#values.length;
    if (number === this.#members.length) this.#members = grown(this.#members);
    this.#members[number] = group;
    this.#values.push(value);
  }

  /** The values by bucket, and in each by group, when the groups of each bucket are these. */
  sorted(buckets: readonly (readonly number[])[]): readonly (readonly unknown[] | Repeated)[] {
    const sizes = this.#sizes;
    // Where the next value of each group goes among the values of its bucket.
    const next = new Int32Array(sizes.length);
    const bucketOf = new Int32Array(sizes.length);
    const totals = buckets.map((groups, b) => {
      let total = 0;
      for (const group of groups) {
        next[group] = total;
        bucketOf[group] = b;
        total += sizes[group] as number;
      }
      return total;
    });
    if (this.#same) return totals.map((length) => ({ length, each: this.#first }));
    const elements = totals.map((total) => new Array<unknown>(total));
    for (let i = 0; i < this.#values.length; i++) {
      const group = this.#members[i] as number;
      (elements[bucketOf[group] as number] as unknown[])[next[group] as number] = this.#values[i];
      (next[group] as number) += 1;
    }
    return elements;
  }

  /** Another value has come: from now on each counts. The order among those that are the same makes no difference. */
  #writeDown(): void {
    this.#same = false;
    this.#members = new Int32Array(Math.max(MIN_MEMBERS, 2 * this.#count));
    let number = 0;
    for (const [group, size] of this.#sizes.entries()) {
      this.#members.fill(group, number, number + size);
      number += size;
    }
    for (let i = 0; i < number; i++) this.#values.push(this.#first);
  }
}

const MIN_MEMBERS = 1024;

/** Twice as large. Numbers outside of the heap are no work for its garbage collector. */
function grown(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

function isPrimitive(value: unknown): boolean {
  return (typeof value !== "object" || value === null) && typeof value !== "function";
}
