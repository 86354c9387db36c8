/** `simulate` for applications of users: right ones pass, wrong ones are found out, with the story of how. */
import { seconds, streamingApp } from "../../shared/index.js";
import { SimulationError, simulate, type Trial } from "../../shared/testing/index.js";

const words = "to be or not to be that is the question whether it is nobler in the mind to suffer".split(" ");
const streams = { words: words.map((word) => ({ key: word, data: word })) };

/** Words counted in a table, which a sink fills. */
function counting(
  sink: (table: Map<string, number>, seen: Set<string>, token: string, rows: [string, number][]) => void,
) {
  return (): Trial => {
    const table = new Map<string, number>();
    const seen = new Set<string>();
    const app = streamingApp("counting", { batchDuration: seconds(5) }, (ssc) => {
      ssc
        .kinesisStream("words")
        .countByValue()
        .foreachRDD((rdd) => rdd.foreachPartition((rows, { token }) => sink(table, seen, token, [...rows])));
    });
    return { app, result: () => new Map([...table].sort(([a], [b]) => (a < b ? -1 : 1))) };
  };
}

const add = (table: Map<string, number>, rows: [string, number][]): void => {
  for (const [word, n] of rows) table.set(word, (table.get(word) ?? 0) + n);
};

const failureOf = (run: Promise<unknown>): Promise<SimulationError> =>
  run.then(
    () => {
      throw new Error("nothing was found");
    },
    (error) => error,
  );

describe("simulate", () => {
  it("finds nothing wrong with a sink that takes each token once", async () => {
    const once = counting((table, seen, token, rows) => {
      if (!seen.has(token)) add(table, rows);
      seen.add(token);
    });
    const report = await simulate(once, { seeds: 30, streams });
    expect(report.seeds).toBe(30);
    expect(report.batches).toBeGreaterThan(150);
    expect(report.faults["reply lost"]).toBeGreaterThan(0);
  });

  it("finds out a sink that ignores the token, and shows it again from the seed", async () => {
    const blind = counting((table, _seen, _token, rows) => add(table, rows));
    const error = await failureOf(simulate(blind, { seeds: 100, streams }));
    expect(error).toBeInstanceOf(SimulationError);
    expect(error.message).toMatch(
      /^Seed \d+ broke I7: with faults the result is .* without .* with these faults:\n {2}/s,
    );
    expect(error.trace.join("\n")).toContain("committed: batch");
    const again = await failureOf(simulate(blind, { seeds: 1, seed: error.seed, streams }));
    expect(again.message).toBe(error.message);
  });

  it("checks an application without sinks of its own by the laws alone, with the faults that are asked for", async () => {
    const app = streamingApp("totals", { batchDuration: seconds(5) }, (ssc) => {
      ssc
        .kinesisStream("words")
        .mapToPair((word) => [word, 1])
        .updateStateByKey<number>((values, total = 0) => values.length + total, { name: "totals" })
        .print();
    });
    const report = await simulate(app, { seeds: 100, streams, faults: ["crash before", "crash after"] });
    expect(Object.keys(report.faults).sort()).toEqual(["crash after", "crash before"]);
  });

  it("shows errors of the program as what they are", async () => {
    const app = streamingApp("failing", { batchDuration: seconds(5) }, (ssc) => {
      ssc
        .kinesisStream("words")
        .map((word) => {
          if (word === "nobler") throw new Error("too noble");
          return word;
        })
        .print();
    });
    const error = await failureOf(simulate(app, { seeds: 1, streams, faults: [] }));
    expect(error.message).toContain("too noble");
    expect(error.message).toContain("without any fault");
  });

  it("says what it cannot simulate", async () => {
    const unfed = streamingApp("unfed", { batchDuration: seconds(1) }, (ssc) => ssc.kinesisStream("words").print());
    await expect(simulate(unfed)).rejects.toThrow('reads the stream words: give its records as { streams: { "words"');
    const files = streamingApp("files", { batchDuration: seconds(1) }, (ssc) => ssc.textFileStream("in").print());
    await expect(simulate(files)).rejects.toThrow("cannot be simulated: take kinesisStream or queueStream");
  });
});
