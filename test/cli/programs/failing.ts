/** Fails on one record of its second batch. */
import { milliseconds, streamingApp } from "sluice";

function parse(text: string): number {
  if (text === "x") throw new TypeError("not a number");
  return Number(text);
}

export default streamingApp("failing", { batchDuration: milliseconds(50) }, (ssc) => {
  ssc
    .queueStream([["1"], ["2", "x"]], { numPartitions: 1 })
    .map((text) => parse(text))
    .print();
});
