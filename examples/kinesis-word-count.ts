/**
 * The same on a Kinesis stream, where each shard is a partition. On a laptop the stream is a local one:
 *
 *   cat examples/data/alice.txt | npx sluice run examples/kinesis-word-count.ts --stdin lines --checkpoint .sluice/lines
 */
import { seconds, streamingApp } from "sluice";

export default streamingApp("kinesis-word-count", { batchDuration: seconds(1) }, (ssc) => {
  const lines = ssc.kinesisStream("lines");
  const counts = lines
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => word !== "")
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" });
  counts.print();
});
