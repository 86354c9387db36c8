/** Three batches of words, counted batch by batch. */
import { milliseconds, streamingApp } from "sluice";

export default streamingApp("queue", { batchDuration: milliseconds(50) }, (ssc) => {
  ssc
    .queueStream([["to be", "or not"], ["to be"], []])
    .flatMap((line) => line.split(" "))
    .countByValue({ numPartitions: 1 })
    .print();
});
