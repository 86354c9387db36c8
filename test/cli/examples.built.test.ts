/** Every example runs, as its header says, and comes to the right result. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  killStarted,
  type RunningProcess,
  removeFolders,
  root,
  sluice,
  startNode,
  startSluice,
  temporaryFolder,
} from "./cli-process.js";

afterEach(killStarted);
afterAll(removeFolders);

const text = readFileSync(join(root, "examples", "data", "alice.txt"), "utf8");
const sentences = text.trim().split("\n");

const example = (name: string): string => join("examples", `${name}.ts`);
const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

async function startFeeder(...args: string[]): Promise<{ feeder: RunningProcess; port: string }> {
  const feeder = startNode([join("examples", "feeder.mjs"), "--port", "0", ...args]);
  const [, port = ""] = await feeder.says(/feeding on 127\.0\.0\.1:(\d+)\n/);
  return { feeder, port };
}

/** Rows of the last batch that was printed. */
function lastRows(stdout: string): readonly string[] {
  return (stdout.split(/^Time: .*\n-+\n/m).at(-1) ?? "").split("\n").filter((row) => row.startsWith("("));
}

function countsOf(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** What lines `word<tab>count` add up to. */
function countsOfLines(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const [word = "", count] = line.split("\t");
    counts.set(word, (counts.get(word) ?? 0) + Number(count));
  }
  return counts;
}

/** Files under a directory with a line each, by path. */
function linesUnder(directory: string): ReadonlyMap<string, readonly string[]> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [path, readFileSync(path, "utf8").trimEnd().split("\n")]));
}

describe("examples/word-count.ts", () => {
  it("counts the words of the feed", async () => {
    const { feeder, port } = await startFeeder("--rate", "1000", "--count", String(sentences.length));
    const args = [example("word-count"), "--master", "local[2]", "--batch-duration", "100ms"];
    const running = startSluice(["run", ...args, "--checkpoint", temporaryFolder()], { SLUICE_FEED_PORT: port });
    await feeder.says(/all \d+ sent/);
    await pause(200);
    running.kill("SIGTERM");
    const { exitCode, stdout } = await running.ended;
    const expected = countsOf(text.toLowerCase().match(/\p{L}+/gu) ?? []);
    const rows = lastRows(stdout);
    expect(rows).toHaveLength(10);
    for (const row of rows) {
      const [, word = "", count] = /^\((.*),(\d+)\)$/.exec(row) ?? [];
      expect([word, Number(count)]).toEqual([word, expected.get(word)]);
    }
    expect(stdout).not.toContain("__end");
    expect(exitCode).toBe(0);
  });
});

describe("examples/kinesis-word-count.ts", () => {
  it("counts what was put into its stream", async () => {
    const args = [example("kinesis-word-count"), "--master", "local[2]", "--batch-duration", "100ms"];
    const running = startSluice(["run", ...args, "--stdin", "lines", "--checkpoint", temporaryFolder()]);
    running.process.stdin.end("a b a\nb  c\n");
    await running.says(/\(a,2\)/);
    running.kill("SIGTERM");
    const { exitCode, stdout } = await running.ended;
    expect([...lastRows(stdout)].sort()).toEqual(["(a,2)", "(b,2)", "(c,1)"]);
    expect(exitCode).toBe(0);
  });
});

describe("examples/deployed-word-count.ts", () => {
  it("counts on a laptop too, and saves what batches add", async () => {
    const out = temporaryFolder();
    const args = [example("deployed-word-count"), "--master", "local[2]", "--batch-duration", "100ms"];
    const running = startSluice(["run", ...args, "--stdin", "lines", "--checkpoint", temporaryFolder()], {
      SLUICE_OUT: out,
    });
    running.process.stdin.end("a b a\nb  c\n");
    await running.says(/\(a,2\)/);
    running.kill("SIGTERM");
    const { exitCode, stdout } = await running.ended;
    expect([...lastRows(stdout)].sort()).toEqual(["(a,2)", "(b,2)", "(c,1)"]);
    const saved = countsOfLines([...linesUnder(out).values()].flat());
    expect(saved).toEqual(
      new Map([
        ["a", 2],
        ["b", 2],
        ["c", 1],
      ]),
    );
    expect(exitCode).toBe(0);
  });
});

describe("examples/log-errors.ts", () => {
  it("keeps errors, hands them to its sink once, and raises an alarm", async () => {
    const [logs, out] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(logs, "1.log"), "INFO fine\nERROR one\nERROR two\nERRORS no\nWARN ERROR three\n");
    const args = [example("log-errors"), "--batches", "3", "--batch-duration", "100ms", "--master", "local[2]"];
    const { exitCode, stderr } = await sluice(["run", ...args, "--checkpoint", temporaryFolder()], {
      SLUICE_LOGS: logs,
      SLUICE_OUT: out,
    });
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("ended after 3 batches")]);
    const files = [...linesUnder(out)].map(([path, lines]) => [
      path.slice(out.length + 1).replace(/\d{13}/, "T"),
      lines,
    ]);
    const errors = ["ERROR one", "ERROR two", "WARN ERROR three"];
    expect(files).toEqual([
      [expect.stringMatching(/^alarms\/.*_T_foreachRDD-0.*_alarm$/), [expect.stringMatching(/^3 errors at \d+ ms$/)]],
      ["errors-T/part-00000", errors],
      [expect.stringMatching(/^sink\/.*_T_foreachRDD-0_1_0$/), errors],
    ]);
  });
});

describe("examples/custom-receiver.ts", () => {
  it("counts each record once although it is killed and records come again", async () => {
    const count = 400;
    const { feeder, port } = await startFeeder("--numbered", "--rate", "400", "--count", String(count));
    const [checkpoint, out] = [temporaryFolder(), temporaryFolder()];
    const args = ["run", example("custom-receiver"), "--master", "local[2]", "--batch-duration", "100ms"];
    const start = () => startSluice([...args, "--checkpoint", checkpoint], { SLUICE_FEED_PORT: port, SLUICE_OUT: out });

    const first = start();
    await first.says(/Time: [\s\S]*\([\s\S]*Time: [\s\S]*\(/);
    first.kill("SIGKILL");
    await first.ended;
    const second = start();
    await feeder.says(/all \d+ acknowledged/);
    second.kill("SIGTERM");
    const { exitCode, stderr } = await second.ended;

    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("going on after batch")]);
    const written = [...linesUnder(out).values()].flat();
    expect(written).toEqual(Array.from({ length: count }, (_, i) => `${i + 1}\t${sentences[i % sentences.length]}`));
  });
});
