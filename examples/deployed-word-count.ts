/**
 * Running word counts as they are deployed: a Kinesis stream in, counts as state in the table, and what every batch adds as
 * text files, in the application's own bucket unless SLUICE_OUT says otherwise.
 *
 *   npx cdk deploy -c app=examples/deployed-word-count.ts
 *
 * On a laptop:
 *
 *   cat examples/data/alice.txt | npx sluice run examples/deployed-word-count.ts --stdin lines --checkpoint .sluice/deployed
 */
import { seconds, streamingApp } from "sluice";

/** A deployment says where: `s3://<its bucket>/out`. */
const out = process.env.SLUICE_OUT ?? "out";

export default streamingApp("deployed-word-count", { batchDuration: seconds(1) }, (ssc) => {
  const ones = ssc
    .kinesisStream("lines")
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => word !== "")
    .mapToPair((word) => [word, 1]);

  const totals = ones.updateStateByKey<number>((news, total = 0) => total + news.length, { name: "totals" });
  totals.print();

  // What a batch adds, and no running totals: files stay small, and add up to the totals.
  ones
    .reduceByKey((a, b) => a + b)
    .map(([word, count]) => `${word}\t${count}`)
    .saveAsTextFiles(`${out}/words`);
});
