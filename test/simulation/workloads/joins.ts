import type { Workload } from "../../../shared/simulation/index.js";
import { streamingApp } from "../../../shared/streaming/index.js";
import { numbered, options, pairOf, toSink } from "./support.js";

/** Two streams, several shuffles one after the other, joins, a transform with an action in it. */
export const joins: Workload = {
  name: "joins",
  about: "two streams, reduceByKey, cogroup, join, repartition, transform with sort; token sinks and files",
  streams: ["left", "right", "later"],
  feed: (draws, counters, newest) => {
    const records = numbered(["left", "right"])(draws, counters);
    return newest === 1 ? records : [...records, ...numbered(["later"])(draws, counters)];
  },
  program: (surroundings, version) =>
    streamingApp("joins", { ...options, catchUp: "coalesce", defaultPartitions: 2 }, (ssc) => {
      const sum = (a: number, b: number): number => a + b;
      const left = ssc.kinesisStream("left", { name: "left" }).mapToPair(pairOf).reduceByKey(sum);
      const right = ssc.kinesisStream("right", { name: "right" }).mapToPair(pairOf).reduceByKey(sum);
      const both = left.fullOuterJoin(right);
      both.map((pair) => JSON.stringify(pair)).saveAsTextFiles("files-both", "", { name: "files-both" });
      const byTotal = both
        .mapToPair(([key, [a = 0, b = 0]]) => [`total ${a + b}`, key])
        .groupByKey()
        .mapValues((keys) => [...keys].sort().join());
      byTotal.repartition(3).map(String).saveAsTextFiles("files-totals", "", { name: "files-totals" });
      const ranked = left.union(right).transform(async (rdd) => {
        const n = await rdd.count();
        return rdd.sortByKey().map(([key, value]) => `${key} ${value} of ${n}`);
      });
      toSink(ranked, surroundings, "ranked-sink");
      // From the second version on there are an output and an input more.
      if (version > 1) {
        left.map(String).saveAsTextFiles("files-left", "", { name: "files-left" });
        toSink(ssc.kinesisStream("later", { name: "later" }), surroundings, "later-sink");
      }
      const salted = ssc.union([left, right]).map(([key]): [string, number] => [key, surroundings.nonce()]);
      toSink(salted.repartition(2), surroundings, "salted-sink");
    }),
  model: () => ({
    after({ records, version }) {
      const left = sums(records.left);
      const right = sums(records.right);
      const keys = [...new Set([...left.keys(), ...right.keys()])];
      const totals = new Map<string, string[]>();
      for (const key of keys) {
        const total = `total ${(left.get(key) ?? 0) + (right.get(key) ?? 0)}`;
        totals.set(total, [...(totals.get(total) ?? []), key]);
      }
      const n = left.size + right.size;
      return {
        rows: {
          "files-both": keys.map((key) => JSON.stringify([key, [left.get(key), right.get(key)]])),
          "files-totals": [...totals].map(([total, names]) => `${total},${names.sort().join()}`),
          ...(version > 1 && { "files-left": [...left].map(String), "later-sink": records.later ?? [] }),
          "ranked-sink": [...left, ...right].map(([key, value]) => `${key} ${value} of ${n}`),
        },
      };
    },
  }),
};

function sums(texts: readonly string[] = []): Map<string, number> {
  const result = new Map<string, number>();
  for (const [key, n] of texts.map(pairOf)) result.set(key, (result.get(key) ?? 0) + n);
  return result;
}
