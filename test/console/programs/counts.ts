/** Counts words, a few hundred a batch; one of them would be markup if anybody took it for that. */
import { milliseconds, streamingApp } from "sluice";

const HOSTILE = "<img src=x onerror=alert(1)>";
const words = ["cart", "home", HOSTILE, "search", "help"];
const batches = Array.from({ length: 2_000 }, (_, batch) =>
  Array.from({ length: 200 + (batch % 50) }, (_, i) => words[i % words.length] as string),
);

export default streamingApp("counts", { batchDuration: milliseconds(200) }, (ssc) => {
  ssc
    .queueStream(batches, { numPartitions: 2 })
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals", numPartitions: 2 })
    .print();
});
