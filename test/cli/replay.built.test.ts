import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { BatchSummary, TimelineView } from "../../shared/monitor/index.js";
import { killStarted, removeFolders, sluice, startNode, temporaryFolder } from "./cli-process.js";
import { failedBatches, startWatched, stopWatched, watchedProgram } from "./watched-app.js";

afterEach(killStarted);
afterAll(removeFolders);

/** Everything in a directory but what readers leave behind: the lock file has a table of them. */
function contentsOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true }).map(String);
  return Object.fromEntries(
    files
      .filter((file) => statSync(join(folder, file)).isFile() && !file.endsWith("lock.mdb"))
      .map((file) => [file, readFileSync(join(folder, file)).toString("base64")]),
  );
}

describe("sluice replay", () => {
  it("runs a batch of a running application again, and leaves it alone", async () => {
    const app = await startWatched();
    app.put("to be or not to be");
    await app.processed(1);
    const { batches } = await app.get<TimelineView>("/api/v1/timeline");
    const batch = batches.find(({ records }) => records === 1) as BatchSummary;
    const replay = ["replay", watchedProgram, "--batch", String(batch.time), "--checkpoint", app.checkpoint];
    const { stdout, stderr, exitCode } = await sluice(replay);
    expect(stderr).toBe("");
    expect(stdout).toContain(`batch ${batch.time}`);
    expect(stdout).toContain("output print-0 (print) — as committed");
    expect(stdout).toContain("  (to,2)");
    expect(stdout).toContain("Nothing was changed.");
    expect(exitCode).toBe(0);
    app.put("and on");
    await app.processed(2);
    await stopWatched(app);
  });

  it("fails as the batch failed, with the program's stack and the record", async () => {
    const app = await startWatched();
    app.put("a bad word");
    const failed = await app
      .until<TimelineView>("/api/v1/timeline", ({ batches }) => failedBatches(batches).length > 0)
      .then(({ batches }) => failedBatches(batches)[0] as BatchSummary);
    await stopWatched(app);
    const before = contentsOf(app.checkpoint);
    const replay = ["replay", watchedProgram, "--batch", String(failed.time), "--checkpoint", app.checkpoint];
    const { stderr, exitCode } = await sluice(replay);
    expect(stderr).toContain("the batch fails as follows; nothing was changed.");
    expect(stderr).toMatch(/operator +map-0/);
    expect(stderr).toMatch(/record +"bad"/);
    expect(stderr).toMatch(/RangeError: a bad word\n +at checked .*watched\.ts:5/);
    expect(exitCode).toBe(1);
    expect(contentsOf(app.checkpoint)).toEqual(before);
  });

  it("runs the batch again at which an application halted", async () => {
    const checkpoint = join(temporaryFolder(), "c");
    const program = join("test", "cli", "programs", "failing.ts");
    const run = await sluice(["run", program, "--checkpoint", checkpoint, "--no-console"]);
    const [, time = ""] = /Batch (\d+) ms failed/.exec(run.stderr) ?? [];
    const { stderr, exitCode } = await sluice(["replay", program, "--batch", time, "--checkpoint", checkpoint]);
    expect(stderr).toContain(`Batch ${time} ms failed`);
    expect(stderr).toMatch(/TypeError: not a number\n +at parse/);
    expect(exitCode).toBe(1);
  });

  it("stops in a debugger where the program says so", async () => {
    const app = await startWatched();
    app.put("to be");
    await app.processed(1);
    const { batches } = await app.get<TimelineView>("/api/v1/timeline");
    const time = String(batches.find(({ records }) => records === 1)?.time);
    const main = join("dist", "cli", "main.js");
    const args = ["--inspect=0", main, "replay", watchedProgram, "--batch", time, "--checkpoint", app.checkpoint];
    const { stdout, stderr, exitCode } = await startNode(args).ended;
    expect(stderr).toContain("Debugger listening on");
    expect(stdout).toContain("as committed");
    expect(exitCode).toBe(0);
    await stopWatched(app);
  });

  it("knows what it cannot run", async () => {
    const nowhere = join(temporaryFolder(), "nothing");
    const replay = ["replay", watchedProgram, "--batch", "1"];
    const missing = await sluice([...replay, "--checkpoint", nowhere]);
    expect(missing.stderr).toContain(`There is no checkpoint in ${nowhere}`);
    expect(missing.exitCode).toBe(2);
    expect(existsSync(nowhere)).toBe(false);
    const app = await startWatched();
    await app.until<TimelineView>("/api/v1/timeline", ({ batches }) => batches.length > 2);
    const other = await sluice([...replay, "--checkpoint", app.checkpoint]);
    expect(other.stderr).toMatch(/There is no batch 1 of "watched".* It has those from \d+ to \d+ ms\./);
    expect(other.exitCode).toBe(2);
    const both = await sluice([...replay, "--checkpoint", app.checkpoint, "--stack", "a"]);
    expect(both.exitCode).toBe(2);
    await stopWatched(app);
  });
});
