import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Arena } from "./arena.js";
import { Series } from "./series.js";

const EXACT = { kills: 2, stops: 1, records: 1000, wrong: [] };

/** A series of runs that come to what is given, by seed. */
function seriesOf(run: Arena["run"], parallel = 1) {
  const said: string[] = [];
  let open = 0;
  const openArena = (): Arena => {
    open += 1;
    return {
      run,
      close: async () => {
        open -= 1;
      },
    };
  };
  const series = new Series({ mode: "local", seeds: [1, 2, 3], parallel, openArena, say: (line) => said.push(line) });
  return { series, said, open: () => open };
}

describe("a series", () => {
  it("is exact when every run was, and sums up", async () => {
    const { series, said, open } = seriesOf(async () => EXACT, 2);
    expect(await series.run()).toBe(true);
    expect(series.summary()).toMatch(/^local: 3 of 3 exact \(6 kills, 3 stops, 3,000 records, \d+ s\)$/);
    expect(said).toHaveLength(3);
    expect(said[0]).toContain("local 1/3  seed 1  kills 2  stops 1  records 1000");
    expect(open()).toBe(0);
  });

  it("says what was wrong, keeps the directory of that run alone, and goes on", async () => {
    const directories: string[] = [];
    const { series, said } = seriesOf(async (seed, directory) => {
      directories.push(directory);
      writeFileSync(join(directory, "log"), "");
      return { ...EXACT, wrong: seed === 2 ? ["files: after 3 came 3"] : [] };
    });
    expect(await series.run()).toBe(false);
    expect(series.summary()).toContain("2 of 3 exact");
    expect(said.join("\n")).toContain(
      `NOT EXACT\n  files: after 3 came 3\n  kept: ${directories[1]}\n  again: npm run chaos -- --mode local --seed 2`,
    );
    expect(directories.map((directory) => existsSync(directory))).toEqual([false, true, false]);
    rmSync(directories[1] as string, { recursive: true });
  });

  it("takes a run that fails for one that was not exact", async () => {
    const kept: string[] = [];
    const { series, said } = seriesOf(async (_, directory) => {
      kept.push(directory);
      throw new Error("nothing to break");
    });
    expect(await series.run()).toBe(false);
    expect(said.join("\n")).toContain("nothing to break");
    for (const directory of kept) rmSync(directory, { recursive: true });
  });
});
