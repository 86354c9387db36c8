/** Counts of words, from producers and from a receiver that has three of its own. */
import { Receiver, seconds, streamingApp } from "sluice";

class ThreeWords extends Receiver<string> {
  async onStart(): Promise<void> {
    await this.storeAll(["north", "south", "north"]);
  }

  onStop(): void {}
}

export default streamingApp("cli-words", { batchDuration: seconds(1) }, (ssc) => {
  ssc
    .kinesisStream("words")
    .union(ssc.receiverStream(() => new ThreeWords(), { name: "compass" }))
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .print();
});
