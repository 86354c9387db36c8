import type { Counters, Draws, FedRecord, StateValue, Surroundings } from "../../../shared/simulation/index.js";
import type { AppOptions, DStream } from "../../../shared/streaming/index.js";
import { seconds } from "../../../shared/time/index.js";

export const INTERVAL = 5_000;
export const options: AppOptions = { batchDuration: seconds(INTERVAL / 1000), retainBatches: 3 };

const KEYS = ["a", "b", "c", "d", "e"];

/** One to five records `key:n`, numbered by key. */
export function numbered(streams: readonly string[]) {
  return (draws: Draws, counters: Counters): readonly FedRecord[] =>
    Array.from({ length: draws.between(1, 5) }, () => {
      const stream = draws.pick(streams);
      const key = draws.pick(KEYS);
      return { stream, key, text: `${key}:${counters.next(`${stream}/${key}`)}` };
    });
}

export function pairOf(text: string): [string, number] {
  const [key = "", n] = text.split(":");
  return [key, Number(n)];
}

/** State made from other state, unlike any other made from it. */
export function changed(surroundings: Surroundings, before: StateValue | undefined, value: unknown): StateValue {
  return { value, nonce: surroundings.nonce(), from: before?.nonce ?? 0 };
}

/** Counts 1, 2, 3, …; anything else is named in the state for good. */
export function counted(values: readonly number[], before: unknown): unknown {
  let value = before ?? 0;
  for (const n of values) if (typeof value === "number") value = n === value + 1 ? n : `${n} after ${value}`;
  return value;
}

/** Sends each batch to the sink that takes each token once. */
export function toSink<T>(stream: DStream<T>, surroundings: Surroundings, name: string): void {
  stream.foreachRDD((rdd) => rdd.foreachPartition((rows, { token }) => surroundings.send(token, rows)), { name });
}

/** The newest batches of a model's history. */
export class Recent<T> {
  readonly #entries: { readonly time: number; readonly value: T }[] = [];

  add(time: number, value: T): void {
    this.#entries.push({ time, value });
  }

  /** Values of batches after `time - millis`, up to `time`, oldest first. */
  within(time: number, millis: number): readonly T[] {
    return this.#entries.filter((entry) => entry.time > time - millis && entry.time <= time).map(({ value }) => value);
  }
}
