/**
 * Counters 1, 2, 3, ... by key: whatever is lost, comes twice or comes out of order shows as a number that is not the next one.
 * Records are `key:number`.
 */
import { milliseconds, streamingApp } from "sluice";

interface Seen {
  readonly last: number;
  /** The first numbers that were not the next ones: `expected 5, got 7`. */
  readonly wrong: readonly string[];
}

const MOST_REPORTED = 5;

/** So much state for each of the keys that a feed has: together more than a scheduler works on alone, however small the batch. */
const BALLAST = "x".repeat(64 * 1024);

const out = process.env.SLUICE_OUT ?? "out";

export default streamingApp("numbered", { batchDuration: milliseconds(500) }, (ssc) => {
  const numbers = ssc.kinesisStream("numbers").mapToPair((record) => {
    const [key = "", number] = record.split(":");
    return [key, Number(number)];
  });

  const seen = numbers.updateStateByKey<Seen>(
    (news, seen = { last: 0, wrong: [] }) => {
      let { last, wrong } = seen;
      for (const number of news) {
        if (number !== last + 1 && wrong.length < MOST_REPORTED) wrong = [...wrong, `after ${last} came ${number}`];
        last = number;
      }
      return { last, wrong };
    },
    { name: "seen" },
  );
  seen.print();

  numbers
    .mapToPair(([key]) => [key.slice(key.lastIndexOf("-")), 1])
    .updateStateByKey<string>((_, ballast = BALLAST) => ballast, { name: "ballast" })
    .count()
    .print();

  numbers.map(([key, number]) => `${key}\t${number}`).saveAsTextFiles(`${out}/numbers`);
});
