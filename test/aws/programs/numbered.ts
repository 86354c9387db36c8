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

/** So much state for each key of a feed: together more than a scheduler works on alone, however small the batch. */
const BALLAST_BYTES = 64 * 1024;

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

  // Every key has another text: equal ones would be stored once.
  numbers
    .map(([key]) => key.slice(key.lastIndexOf("-")))
    .mapToPair((name) => [name, name])
    .updateStateByKey<string>(([name], ballast) => ballast ?? "".padEnd(BALLAST_BYTES, name), { name: "ballast" })
    .count()
    .print();

  numbers.map(([key, number]) => `${key}\t${number}`).saveAsTextFiles(`${out}/numbers`);
});
