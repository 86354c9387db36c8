/** Fails on a record of a batch that is too large for the driver's thread. */
import { milliseconds, streamingApp } from "sluice";

const large = "x".repeat(200_000);

function measure(text: string): number {
  if (text.endsWith("!")) throw new RangeError("too loud");
  return text.length;
}

export default streamingApp("failing-large", { batchDuration: milliseconds(50) }, (ssc) => {
  ssc
    .queueStream([[large, large, large, `${large}!`]], { numPartitions: 2 })
    .map((text) => measure(text))
    .print();
});
