// The word counts that both sides of the comparison run. Parameters by environment:
// BENCH_MODE wc (reduceByKey) | state (updateStateByKey); BENCH_INPUT a directory to which one file a batch is moved, or
// "tiny": 10 lines a batch; BENCH_INTERVAL milliseconds; BENCH_PARTITIONS.
import { type DStream, milliseconds, type StreamingContext, streamingApp } from "sluice";

const { BENCH_MODE = "wc", BENCH_INPUT = "tiny", BENCH_INTERVAL = "500", BENCH_PARTITIONS = "2" } = process.env;
const numPartitions = Number(BENCH_PARTITIONS);

/** Java's String.hashCode, for a checksum that Spark's side can compute too. */
function hash(word: string): number {
  let h = 0;
  for (let i = 0; i < word.length; i++) h = (Math.imul(h, 31) + word.charCodeAt(i)) | 0;
  return h >>> 0;
}

function input(ssc: StreamingContext): DStream<string> {
  if (BENCH_INPUT !== "tiny") return ssc.textFileStream(BENCH_INPUT, { minPartitions: numPartitions });
  const tiny = Array.from({ length: 10 }, (_, i) => `the quick brown fox w${i}`);
  return ssc.queueStream([], { default: tiny, numPartitions });
}

function count(ones: DStream<[string, number]>): DStream<[string, number]> {
  switch (BENCH_MODE) {
    case "wc":
      return ones.reduceByKey((a, b) => a + b);
    case "state":
      return ones.updateStateByKey<number>(
        (values, state = 0) => {
          let total = state;
          for (const value of values) total += value;
          return total;
        },
        { name: "totals" },
      );
    default:
      throw new Error(`unknown mode ${BENCH_MODE}`);
  }
}

export default streamingApp(
  "bench-words",
  { batchDuration: milliseconds(Number(BENCH_INTERVAL)), defaultPartitions: numPartitions },
  (ssc) => {
    const ones = input(ssc)
      .flatMap((line) => line.split(" "))
      .mapToPair((word) => [word, 1]);
    count(ones).foreachRDD(async (rdd, time) => {
      const [keys, checksum] = await rdd
        .map(([word, n]): [number, number] => [1, n * (hash(word) % 1009)])
        .fold([0, 0], (a, b) => [a[0] + b[0], a[1] + b[1]]);
      process.emit("message", { time: time.milliseconds, keys, checksum }, undefined);
    });
  },
);
