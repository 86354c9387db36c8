import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { killStarted, removeFolders, sluice, startSluice, temporaryFolder } from "./cli-process.js";

afterEach(killStarted);
afterAll(removeFolders);

const program = (name: string): string => join("test", "cli", "programs", `${name}.ts`);
const LINE = "-------------------------------------------";

/** What Spark prints for batches with these rows. */
function printed(...batches: readonly (readonly string[])[]): RegExp {
  const text = batches.map((rows) => [LINE, "Time: \\d+ ms", LINE, ...rows.map(escaped), "\n"].join("\n"));
  return new RegExp(`^${text.join("")}$`);
}

function escaped(text: string): string {
  return text.replace(/[()]/g, "\\$&");
}

describe("sluice run", () => {
  it("runs so many batches, prints as Spark does, and ends", async () => {
    const { exitCode, stdout, stderr } = await sluice([
      "run",
      program("queue"),
      "--batches",
      "3",
      "--master",
      "local[2]",
    ]);
    expect(stdout).toMatch(printed(["(to,1)", "(be,1)", "(or,1)", "(not,1)"], ["(to,1)", "(be,1)"], []));
    expect(stderr).toContain(`sluice: running queue (${program("queue")})`);
    expect(stderr).toContain("local[2], a batch every 50 ms");
    expect(stderr).toContain("checkpoint  none");
    expect(stderr).toContain("ended after 3 batches with 3 records.");
    expect(exitCode).toBe(0);
  });

  it("says nothing of its own with --quiet", async () => {
    const { exitCode, stderr } = await sluice([
      "run",
      program("queue"),
      "--batches",
      "1",
      "--quiet",
      "--master",
      "local",
    ]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
  });

  it("takes another batch duration, in the workers too", async () => {
    const args = [
      "run",
      program("failing-large"),
      "--batch-duration",
      "120ms",
      "--batches",
      "1",
      "--master",
      "local[2]",
    ];
    const { stderr } = await sluice(args);
    expect(stderr).toContain("a batch every 120 ms");
    const [, time] = /Batch (\d+) ms failed: The function of map-0/.exec(stderr) ?? [];
    expect(Number(time) % 120).toBe(0);
  });

  it("goes on from its checkpoint", async () => {
    const args = ["run", program("totals"), "--checkpoint", temporaryFolder(), "--batches", "2", "--master", "local"];
    const first = await sluice(args);
    expect(first.stdout).toMatch(printed(["(tick,1)"], ["(tick,2)"]));
    expect(first.stderr).toMatch(/checkpoint {2}.*, new/);
    const [, time] = /Time: (\d+) ms\n-+\n\(tick,2\)/.exec(first.stdout) ?? [];
    const second = await sluice(args);
    expect(second.stdout).toMatch(printed(["(tick,3)"], ["(tick,4)"]));
    expect(second.stderr).toContain(`going on after batch ${time} ms`);
  });

  it("puts standard input into a local stream", async () => {
    const args = ["run", join("examples", "kinesis-word-count.ts"), "--stdin", "lines", "--master", "local"];
    const running = startSluice([...args, "--checkpoint", temporaryFolder(), "--batch-duration", "100ms"]);
    running.process.stdin.end("to be or\nnot to be");
    await running.says(/\(to,2\)/);
    running.kill("SIGTERM");
    const { exitCode, stdout } = await running.ended;
    for (const row of ["(be,2)", "(or,1)", "(not,1)"]) expect(stdout).toContain(row);
    expect(exitCode).toBe(0);
  });
});

describe("sluice run, given what cannot work,", () => {
  const broken = join(temporaryFolder(), "broken.ts");
  writeFileSync(broken, 'import { seconds } from "sluice";\nlet const = seconds(1);\n');

  it.each([
    ["no such file", ["no-such.ts"], "There is no file no-such.ts"],
    ["a program that does not compile", [broken], "broken.ts:2:4"],
    ["no application", [program("not-an-app")], "does not default-export a streaming application"],
    ["no output operation", [program("no-output")], '"no-output" has no output operation'],
    ["state without checkpoint", [program("totals")], "totals keeps state, which needs a checkpoint directory"],
    ["a bad port", [program("bad-port")], "99999 is not a port: use a whole number from 1 to 65535."],
    [
      "an unknown master",
      [program("queue"), "--master", "moon"],
      '"moon" is not a master: use local, local[n] or local[*]',
    ],
    ["no executor", [program("queue"), "--master", "local[0]"], "local[0] has no executor"],
  ])("refuses %s in words, with exit code 2", async (_, args, message) => {
    const { exitCode, stdout, stderr } = await sluice(["run", ...args]);
    expect(stderr).toContain(`sluice: `);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr).toContain("Nothing was run.");
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });

  it("leaves no checkpoint behind", async () => {
    const checkpoint = join(temporaryFolder(), "checkpoint");
    expect((await sluice(["run", program("bad-port"), "--checkpoint", checkpoint])).exitCode).toBe(2);
    expect(existsSync(checkpoint)).toBe(false);
  });

  it("refuses a checkpoint that another process uses", async () => {
    const args = ["run", program("totals"), "--checkpoint", temporaryFolder(), "--master", "local"];
    const running = startSluice(args);
    await running.says(/\(tick,1\)/);
    const { exitCode, stderr } = await sluice(args);
    expect(stderr).toContain(`is in use by process ${running.process.pid}`);
    expect(exitCode).toBe(1);
  });
});

describe("sluice run, when a program fails,", () => {
  it.each([
    ["in the driver's thread", "failing", '"x"', "TypeError: not a number", "parse", "failing.ts:5:27"],
    ["in a worker", "failing-large", '"xxx', "RangeError: too loud", "measure", "failing-large.ts:7:33"],
  ])(
    "names operator, partition, record and the line of the program (%s)",
    async (_, name, record, message, f, place) => {
      const { exitCode, stdout, stderr } = await sluice(["run", program(name), "--master", "local[2]"]);
      expect(stderr).toMatch(/^sluice: Batch \d+ ms failed: The function of map-0 failed on/m);
      expect(stderr).toContain("  operator   map-0\n");
      expect(stderr).toMatch(/^ {2}partition {2}\d$/m);
      expect(stderr).toContain(`  record     ${record}`);
      expect(stderr).toContain(`  ${message}\n      at ${f} (`);
      expect(stderr).toContain(join("programs", place));
      expect(stderr).toContain("Mend the program and run the same command again");
      expect(stdout).not.toContain(message);
      expect(exitCode).toBe(1);
    },
  );

  it("shows where it throws while it builds its graph", async () => {
    const { exitCode, stderr } = await sluice(["run", program("throws")]);
    expect(stderr).toContain("sluice: TypeError: no lines today\n      at linesOf (");
    expect(stderr).toContain(join("programs", "throws.ts:5:9"));
    expect(stderr).not.toContain("node:internal");
    expect(exitCode).toBe(1);
  });
});
