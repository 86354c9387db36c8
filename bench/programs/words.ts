// What both sides of the comparison do with the words of a stream. Parameters by environment:
// BENCH_MODE wc (reduceByKey) | state (updateStateByKey) | map-state (mapWithState) | window (with inverse) | window-noinverse;
// BENCH_INPUT a directory to which one file a batch is moved, or "tiny": 10 lines a batch; BENCH_INTERVAL milliseconds;
// PARTITIONS of shuffles, and of the input unless MAP_PARTITIONS says otherwise; WINDOW in batches; PRINT a line a batch.
import { type DStream, milliseconds, type State, StateSpec, type StreamingContext, streamingApp } from "sluice";

const { BENCH_MODE = "wc", BENCH_INPUT = "tiny", BENCH_INTERVAL = "100", PRINT } = process.env;
const { PARTITIONS = "2", MAP_PARTITIONS = PARTITIONS, WINDOW = "30" } = process.env;
const interval = milliseconds(Number(BENCH_INTERVAL));
const window = interval.times(Number(WINDOW));

/** Java's String.hashCode, for a checksum that Spark's side can compute too. */
function hash(word: string): number {
  let h = 0;
  for (let i = 0; i < word.length; i++) h = (Math.imul(h, 31) + word.charCodeAt(i)) | 0;
  return h >>> 0;
}

function input(ssc: StreamingContext): DStream<string> {
  const partitions = Number(MAP_PARTITIONS);
  if (BENCH_INPUT !== "tiny") return ssc.textFileStream(BENCH_INPUT, { minPartitions: partitions });
  const tiny = Array.from({ length: 10 }, (_, i) => `the quick brown fox w${i}`);
  return ssc.queueStream([], { default: tiny, numPartitions: partitions });
}

const add = (a: number, b: number): number => a + b;

function count(ones: DStream<[string, number]>): DStream<[string, number]> {
  switch (BENCH_MODE) {
    case "wc":
      return ones.reduceByKey(add);
    case "state":
      return ones.updateStateByKey<number>(
        (values, state = 0) => {
          let total = state;
          for (const value of values) total += value;
          return total;
        },
        { name: "totals" },
      );
    case "map-state":
      return ones.mapWithState(
        StateSpec.function((word: string, one: number | undefined, state: State<number>): [string, number] => {
          const total = (state.getOption() ?? 0) + (one ?? 0);
          state.update(total);
          return [word, total];
        }),
        { name: "totals" },
      );
    case "window":
      return ones.reduceByKeyAndWindow(add, window, interval, { inverse: (a, b) => a - b, name: "counts" });
    case "window-noinverse":
      return ones.reduceByKeyAndWindow(add, window, interval);
    default:
      throw new Error(`unknown mode ${BENCH_MODE}`);
  }
}

export default streamingApp(
  "bench-words",
  { batchDuration: interval, defaultPartitions: Number(PARTITIONS) },
  (ssc) => {
    const ones = input(ssc)
      .flatMap((line) => line.split(" "))
      .mapToPair((word) => [word, 1]);
    count(ones).foreachRDD(async (rdd, time) => {
      const [keys, checksum] = await rdd
        .map(([word, n]): [number, number] => [1, n * (hash(word) % 1009)])
        .fold([0, 0], (a, b) => [a[0] + b[0], a[1] + b[1]]);
      if (PRINT === "true") console.log(`BATCH keys=${keys} checksum=${checksum}`);
      // To the process that measures, which runs this in its own.
      process.emit("message", { time: time.milliseconds, keys, checksum }, undefined);
    });
  },
);
