import type { Workload } from "../../../shared/simulation/index.js";
import { streamingApp } from "../../../shared/streaming/index.js";
import { milliseconds } from "../../../shared/time/index.js";
import { INTERVAL, numbered, options, pairOf, Recent, toSink } from "./support.js";

const WIDE = 4 * INTERVAL;
const NARROW = 2 * INTERVAL;

/** Windows with and without inverse, kept RDDs, files. */
export const windows: Workload = {
  name: "windows",
  about:
    "reduceByKeyAndWindow with and without inverse, groupByKeyAndWindow, window of raw records; files and token sink",
  streams: ["numbers"],
  feed: numbered(["numbers"]),
  program: (surroundings, version) =>
    streamingApp("windows", options, (ssc) => {
      const pairs = ssc.kinesisStream("numbers", { name: "numbers" }).mapToPair(pairOf, { name: "pairs" });
      const numPartitions = 1 + (version % 2);
      const sums = pairs.reduceByKeyAndWindow((a, b) => a + b, milliseconds(WIDE), milliseconds(INTERVAL), {
        inverse: (a, b) => a - b,
        filter: ([, sum]) => sum !== 0,
        name: "sums",
        numPartitions,
      });
      sums.map(([key, sum]) => `${key} ${sum}`).saveAsTextFiles("files-sums", "", { name: "files-sums" });
      const largest = pairs.reduceByKeyAndWindow(Math.max, milliseconds(NARROW), milliseconds(INTERVAL), {
        name: "largest",
        numPartitions: 2,
      });
      largest.map(String).saveAsTextFiles("files-largest", "", { name: "files-largest" });
      // Long enough that what is kept of them becomes objects, and never the same twice.
      const padded = pairs.mapValues((n) => `${n} ${surroundings.nonce()}`.padStart(200));
      const all = padded.groupByKeyAndWindow(milliseconds(WIDE), milliseconds(INTERVAL), { name: "all" });
      toSink(all.flatMapValues((texts) => texts).map(frozen), surroundings, "frozen-all-sink");
      const raw = padded.window(milliseconds(NARROW), milliseconds(INTERVAL), { name: "raw" });
      raw.map(([key, text]) => `${key},${numberOf(text)}`).saveAsTextFiles("files-raw", "", { name: "files-raw" });
    }),
  model() {
    const recent = new Recent<readonly [string, number][]>();
    return {
      after({ time, records }) {
        recent.add(time, (records.numbers ?? []).map(pairOf));
        const wide = byKey(recent.within(time, WIDE).flat());
        const narrow = recent.within(time, NARROW).flat();
        const sums = wide.map(([key, values]) => `${key} ${values.reduce((a, b) => a + b)}`);
        const largest = byKey(narrow).map(([key, values]) => `${key},${Math.max(...values)}`);
        return { rows: { "files-sums": sums, "files-largest": largest, "files-raw": narrow.map(String) } };
      },
    };
  },
};

function byKey(pairs: readonly (readonly [string, number])[]): [string, number[]][] {
  const keys = new Map<string, number[]>();
  for (const [key, value] of pairs) keys.set(key, [...(keys.get(key) ?? []), value]);
  return [...keys];
}

function numberOf(text: string): number {
  return Number(text.trim().split(" ")[0]);
}

/** What the element is, and the nonce that shows which attempt it is of. */
function frozen([key, text]: readonly [string, string]): [string, string] {
  return [`${key}:${numberOf(text)}`, text.trim().split(" ")[1] ?? ""];
}
