/** Word counts with state over the same 100,000 words in each batch, every 200 ms: an engine at work, but not at its limit. */
import { milliseconds, streamingApp } from "sluice";

const WORDS_A_LINE = 10;
const LINES = 10_000;
const DIFFERENT_WORDS = 5_000;
const MANY_BATCHES = 10_000;

const lines = Array.from({ length: LINES }, (_, line) =>
  Array.from({ length: WORDS_A_LINE }, (_, i) => `word${(line * WORDS_A_LINE + i * i) % DIFFERENT_WORDS}`).join(" "),
);

export default streamingApp("steady", { batchDuration: milliseconds(200) }, (ssc) => {
  ssc
    .queueStream(Array.from({ length: MANY_BATCHES }, () => lines))
    .flatMap((line) => line.split(" "))
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .foreachRDD(async (rdd) => void (await rdd.count()));
});
