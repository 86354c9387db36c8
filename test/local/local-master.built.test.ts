/** The local master with its worker threads, from the built package, as `sluice run` uses it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../..");

describe("local[n] with worker threads", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "sluice-master-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** The state after three equal batches: what all numbers of a key add up to, three times; 0 if the main thread did it. */
  const expected = new Map(
    Array.from({ length: 1000 }, (_, key): [string, number] => {
      const sum = Array.from({ length: 200 }, (_unused, i) => key + 1000 * i).reduce((a, b) => a + b, 0);
      return [`key-${key}`, 3 * sum];
    }),
  );

  function run(env: Record<string, string>, batches: number): { status: number | null; stderr: string } {
    const app = join(root, "test/local/fixtures/spread-app.ts");
    const args = ["run", app, "--master", "local[2]", "--checkpoint", join(directory, "checkpoint")];
    return spawnSync(process.execPath, [join(root, "dist/cli/main.js"), ...args, "--batches", String(batches)], {
      env: { ...process.env, SPREAD_OUT: join(directory, "out", "sums"), ...env },
      encoding: "utf8",
      timeout: 60_000,
    });
  }

  function lastSums(): ReadonlyMap<string, number> {
    const batches = readdirSync(join(directory, "out")).sort();
    const last = join(directory, "out", batches.at(-1) ?? "");
    const lines = readdirSync(last).flatMap((part) => readFileSync(join(last, part), "utf8").trimEnd().split("\n"));
    return new Map(lines.map((line) => JSON.parse(line) as [string, number]));
  }

  it("computes large batches in workers, with their state, over a restart", () => {
    expect(run({}, 1)).toMatchObject({ status: 0 });
    expect(run({}, 2)).toMatchObject({ status: 0 });
    expect(lastSums()).toEqual(expected);
  });

  it("goes on when a worker dies in the middle of a task", () => {
    const flag = join(directory, "died");
    expect(run({ SPREAD_CRASH_FLAG: flag }, 3)).toMatchObject({ status: 0 });
    expect(existsSync(flag)).toBe(true);
    expect(lastSums()).toEqual(expected);
  });

  it("goes on when a worker hangs in the middle of a task, and does not wait for it in the end", () => {
    const flag = join(directory, "hung");
    expect(run({ SPREAD_HANG_FLAG: flag }, 3)).toMatchObject({ status: 0 });
    expect(existsSync(flag)).toBe(true);
    expect(lastSums()).toEqual(expected);
  });
});
