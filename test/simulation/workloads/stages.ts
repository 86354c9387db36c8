import type { StateValue, Workload } from "../../../shared/simulation/index.js";
import { streamingApp } from "../../../shared/streaming/index.js";
import { seconds } from "../../../shared/time/index.js";
import { changed, counted, numbered, options, pairOf, toSink } from "./support.js";

/** Two states one behind the other, with a shuffle between them, in an application that sleeps when nothing comes. */
export const stages: Workload = {
  name: "stages",
  about: "state behind state with shuffles between, join of states, idle time-out; token sink and files",
  streams: ["numbers"],
  feed: numbered(["numbers"]),
  program: (surroundings, version) =>
    streamingApp("stages", { ...options, catchUp: "replay", idleTimeout: seconds(10) }, (ssc) => {
      const pairs = ssc.kinesisStream("numbers", { name: "numbers" }).mapToPair(pairOf);
      const counters = pairs.updateStateByKey<StateValue>(
        (values, before, key) =>
          values.length === 0 ? before : withBulk(key, changed(surroundings, before, counted(values, before?.value))),
        { name: "counters", numPartitions: 1 + (version % 3) },
      );
      const parity = pairs
        .mapToPair(([, n]) => [n % 2 === 0 ? "even" : "odd", 1])
        .reduceByKey((a, b) => a + b)
        .updateStateByKey<StateValue>(
          (values, before) =>
            values.length === 0
              ? before
              : changed(
                  surroundings,
                  before,
                  values.reduce((a, b) => a + b, (before?.value as number | undefined) ?? 0),
                ),
          { name: "parity", numPartitions: 2 },
        );
      toSink(
        counters.mapValues(({ value }) => value),
        surroundings,
        "counters-sink",
      );
      parity.map(([key, { value }]) => `${key} ${value}`).saveAsTextFiles("files-parity", "", { name: "files-parity" });
    }),
  model() {
    const counters = new Map<string, unknown>();
    const parity = new Map<string, number>();
    return {
      after({ records: { numbers = [] } }) {
        for (const [key, n] of numbers.map(pairOf)) {
          counters.set(key, n);
          const which = n % 2 === 0 ? "even" : "odd";
          parity.set(which, (parity.get(which) ?? 0) + 1);
        }
        return {
          state: { counters, parity },
          rows: {
            "counters-sink": [...counters],
            "files-parity": [...parity].map(([key, n]) => `${key} ${n}`),
          },
        };
      },
    };
  },
};

/** One key has so much state that its chunks are objects and not items. */
function withBulk(key: string, state: StateValue): StateValue {
  return key === "e" ? Object.assign({ bulk: "e".repeat(9_000) }, state) : state;
}
