/** The word count that both the driver and its executors are given. */
import { StreamingContext, streamingApp } from "../../shared/streaming/index.js";
import { milliseconds } from "../../shared/time/index.js";

export const STREAM = "lines";
export const CODE_VERSION = "1";
const REDUCERS = 8;

export const app = streamingApp("many-shards", { batchDuration: milliseconds(100), retainBatches: 3 }, (ssc) => {
  ssc
    .kinesisStream(STREAM)
    .flatMap((line) => line.split(" "))
    .mapToPair((word) => [word, 1])
    .reduceByKey((a, b) => a + b, { numPartitions: REDUCERS })
    .print();
});

export function buildGraph() {
  const ssc = new StreamingContext(app);
  app.build(ssc);
  return ssc.graph;
}
