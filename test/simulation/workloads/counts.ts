import type { StateValue, Workload } from "../../../shared/simulation/index.js";
import { streamingApp } from "../../../shared/streaming/index.js";
import { changed, counted, numbered, options, pairOf, toSink } from "./support.js";

/** Per-key counters in updateStateByKey, to a sink that takes each token once, a view with versions, and the console. */
export const counts: Workload = {
  name: "counts",
  about: "updateStateByKey; token sink, versioned view, print; state partitions change with the version",
  streams: ["numbers"],
  feed: numbered(["numbers"]),
  program: (surroundings, version) =>
    streamingApp("counts", { ...options, catchUp: "coalesce" }, (ssc) => {
      const state = ssc
        .kinesisStream("numbers", { name: "numbers" })
        .mapToPair(pairOf)
        .updateStateByKey<StateValue>(
          (values, before) =>
            values.length === 0 ? before : changed(surroundings, before, counted(values, before?.value)),
          { name: "state", numPartitions: [2, 3, 1][(version - 1) % 3] as number },
        );
      toSink(state, surroundings, "sink");
      state.foreachRDD(
        async (rdd, time) => {
          await rdd.foreachPartition(async (rows) => {
            for (const [key, { value }] of rows) await surroundings.upsert(key, value, time.milliseconds);
          });
        },
        { name: "view" },
      );
      state.mapValues(({ value }) => value).print(10, { name: "print" });
    }),
  model() {
    const totals = new Map<string, unknown>();
    return {
      after({ records }) {
        for (const text of records.numbers ?? []) totals.set(...pairOf(text));
        return { state: { state: totals } };
      },
    };
  },
};
