import type { FedRecord, StateValue, Workload } from "../../../shared/simulation/index.js";
import { streamingApp } from "../../../shared/streaming/index.js";
import { changed, numbered, options, pairOf, toSink } from "./support.js";

const POISON = 13;

/** Records that the program cannot digest: their batches are passed over whole, all others are exact. */
export const poison: Workload = {
  name: "poison",
  about: "user code that throws on some records under onBatchFailure: skip; state, token sink",
  streams: ["numbers"],
  feed(draws, counters) {
    const records: readonly FedRecord[] = numbered(["numbers"])(draws, counters);
    if (!draws.chance(0.25)) return records;
    return [...records, { stream: "numbers", key: "a", text: `poison:${POISON}` }];
  },
  program: (surroundings) =>
    streamingApp("poison", { ...options, catchUp: "coalesce", onBatchFailure: "skip" }, (ssc) => {
      const sums = ssc
        .kinesisStream("numbers", { name: "numbers" })
        .mapToPair((text) => {
          const [key, n] = pairOf(text);
          if (key === "poison") throw new Error("indigestible");
          return [key, n];
        })
        .updateStateByKey<StateValue>(
          (values, before) =>
            values.length === 0
              ? before
              : changed(
                  surroundings,
                  before,
                  values.reduce((a, b) => a + b, (before?.value as number | undefined) ?? 0),
                ),
          { name: "sums", numPartitions: 2 },
        );
      toSink(
        sums.mapValues(({ value }) => value),
        surroundings,
        "sink",
      );
    }),
  model() {
    const sums = new Map<string, number>();
    return {
      after({ records: { numbers = [] }, failed }) {
        const pairs = numbers.map(pairOf);
        const isPoisoned = pairs.some(([key]) => key === "poison");
        if (!isPoisoned) for (const [key, n] of pairs) sums.set(key, (sums.get(key) ?? 0) + n);
        // A batch that is passed over without poison in it would lose records: then the model has what state has not.
        return { state: { sums }, ...(!isPoisoned && !failed && { rows: { sink: [...sums] } }) };
      },
    };
  },
};
