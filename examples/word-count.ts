/**
 * The classic: running counts of the words of a live text stream. `npm start` runs it beside examples/feeder.mjs; by hand:
 *
 *   node examples/feeder.mjs
 *   npx sluice run examples/word-count.ts --master 'local[2]' --checkpoint .sluice/word-count
 */
import { seconds, streamingApp } from "sluice";

/** Where the feeder listens. */
const port = Number(process.env.SLUICE_FEED_PORT ?? 9999);

/** What every post on the feed ends with. */
const END_OF_POST = / __end$/;

export default streamingApp("word-count", { batchDuration: seconds(1) }, (ssc) => {
  ssc
    .socketTextStream("127.0.0.1", port)
    .map((post) => post.replace(END_OF_POST, ""))
    .flatMap((post) => post.toLowerCase().match(/\p{L}+/gu) ?? [])
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .print();
});
