import type { State } from "../../../shared/rdd/index.js";
import type { StateValue, Workload } from "../../../shared/simulation/index.js";
import { StateSpec, streamingApp } from "../../../shared/streaming/index.js";
import type { Time } from "../../../shared/time/index.js";
import { changed, counted, numbered, options, pairOf, toSink } from "./support.js";

type Dated = StateValue & { readonly date: number };

/** mapWithState with snapshots, an accumulator in the stages, a broadcast variable that outputs update. */
export const sessions: Workload = {
  name: "sessions",
  about: "mapWithState, stateSnapshots, accumulator, broadcast variable; token sinks, steps of a body, print",
  streams: ["numbers"],
  feed: numbered(["numbers"]),
  program: (surroundings) =>
    streamingApp("sessions", options, (ssc) => {
      const records = ssc.longAccumulator("records");
      const factor = ssc.broadcast("factor", 10);
      const spec = StateSpec.function((key: string, n: number | undefined, state: State<Dated>, time: Time) => {
        const before = state.getOption();
        const value = counted(n === undefined ? [] : [n], before?.value);
        const date = time.milliseconds;
        // Called for each record: what it was made from is the state before the batch's first.
        const isFirst = before?.date !== date;
        state.update({ ...changed(surroundings, before, value), ...(!isFirst && { from: before.from }), date });
        return [key, value] as [string, unknown];
      }).numPartitions(2);
      const running = ssc
        .kinesisStream("numbers", { name: "numbers" })
        .mapToPair((text) => {
          records.add(1);
          return pairOf(text);
        })
        .mapWithState(spec, { name: "state" });
      toSink(
        running.map(([key, value]) => [key, Number(value) * factor.value]),
        surroundings,
        "running-sink",
      );
      running.stateSnapshots().foreachRDD(
        async (rdd, _time, { step }) => {
          const n = await rdd.count();
          await step("count", (token) => surroundings.send(token, [n]));
        },
        { name: "keys" },
      );
      running.print(5, { name: "print" });
    }),
  model() {
    const totals = new Map<string, unknown>();
    let records = 0;
    return {
      after({ records: { numbers = [] } }) {
        const pairs = numbers.map(pairOf);
        for (const [key, n] of pairs) totals.set(key, n);
        records += pairs.length;
        return {
          state: { state: totals },
          ...(records > 0 && { totals: { records: { sum: records, count: records } } }),
          rows: { "running-sink": pairs.map(([key, n]) => [key, n * 10]) },
        };
      },
    };
  },
};
