/** Running totals of a queue with a record for each of the first twenty batches. */
import { milliseconds, streamingApp } from "sluice";

const ticks = Array.from({ length: 20 }, () => ["tick"]);

export default streamingApp("totals", { batchDuration: milliseconds(50) }, (ssc) => {
  ssc
    .queueStream(ticks)
    .mapToPair((text) => [text, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .print();
});
