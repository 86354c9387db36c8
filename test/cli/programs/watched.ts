/** Words of a local stream, with totals, under keys that would like to be markup; "bad" fails its batch. */
import { milliseconds, streamingApp } from "sluice";

function checked(word: string): string {
  if (word === "bad") throw new RangeError("a bad word");
  return word;
}

export default streamingApp("watched", { batchDuration: milliseconds(100), onBatchFailure: "skip" }, (ssc) => {
  ssc
    .kinesisStream("lines")
    .flatMap((line) => line.split(" "))
    .map((word) => checked(word))
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .print();
});
