import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { killStarted, RunningProcess, removeFolders, root, sluice, startSluice } from "./cli-process.js";
import { startWatched, stopWatched, type WatchedApp } from "./watched-app.js";

let app: WatchedApp;

beforeEach(async () => {
  app = await startWatched();
  app.put("to be or not to be");
  await app.processed(1);
});
afterEach(killStarted);
afterAll(removeFolders);

const BATCH_LINE =
  /^\d{4}-\d\d-\d\dT[\d:.]+Z batch \d+ completed: \d+ records? \([\d.]+\/s\), delay \d+ ms, processing \d+ ms, total \d+ ms/;

describe("sluice monitor", () => {
  it("prints a line a batch where there is no terminal", async () => {
    const { stdout, exitCode } = await sluice(["monitor", app.url, "--batches", "4"]);
    const [first, ...batches] = stdout.trimEnd().split("\n");
    expect(first).toMatch(/^watched on local: running, a batch every 100 ms; /);
    expect(batches).toHaveLength(4);
    for (const line of batches) expect(line).toMatch(BATCH_LINE);
    expect(exitCode).toBe(0);
  });

  it("prints objects with --json", async () => {
    const { stdout } = await sluice(["monitor", app.url, "--batches", "3", "--json"]);
    const objects = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects[0]).toMatchObject({ type: "app", version: 1, name: "watched" });
    const batches = objects.filter(({ type }) => type === "batch");
    expect(batches).toHaveLength(3);
    for (const batch of batches)
      expect(batch).toMatchObject({ status: "completed", processingTime: expect.any(Number) });
  });

  it("ends when the application does, and tells of failed batches", async () => {
    const monitor = startSluice(["monitor", app.url]);
    await monitor.says(/watched on local/);
    app.put("a bad \u001b[2J word");
    await monitor.says(/batch \d+ failed: .*a bad word/);
    await stopWatched(app);
    const { exitCode, stdout } = await monitor.ended;
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("\u001b");
  });

  it("says what to do when nothing answers", async () => {
    const { exitCode, stderr } = await sluice(["monitor", "http://127.0.0.1:9"]);
    expect(stderr).toContain("No application answers at http://127.0.0.1:9");
    expect(exitCode).toBe(1);
  });

  it.each([["not a url"], ["https://example.com"], ["--batches", "0"]])("refuses %s", async (...args) => {
    expect((await sluice(["monitor", ...args])).exitCode).toBe(2);
  });
});

const hasPython = spawnSync("python3", ["-c", "import pty, termios"]).status === 0;

// Without Python there is nothing here to make a pseudo-terminal with.
(hasPython ? describe : describe.skip)("sluice monitor in a terminal", () => {
  const ENTER = "\u001b[?1049h\u001b[?25l";
  const LEAVE = "\u001b[?25h\u001b[?1049l";

  function inTerminal(columns: number, rows: number, env: Readonly<Record<string, string>> = {}): RunningProcess {
    const command = [process.execPath, join(root, "dist", "cli", "main.js"), "monitor", app.url];
    const args = [join(root, "test", "cli", "in-terminal.py"), String(columns), String(rows), ...command];
    const terminal = new RunningProcess("python3", args, env);
    started.push(terminal);
    return terminal;
  }

  const started: RunningProcess[] = [];
  afterEach(async () => {
    for (const terminal of started) terminal.kill("SIGKILL");
    await Promise.all(started.map(({ ended }) => ended));
    started.length = 0;
  });

  /** The lines of each frame, without colours. */
  function framesOf(output: string): readonly (readonly string[])[] {
    return output
      .split("\u001b[H")
      .slice(1)
      .map((frame) =>
        (frame.split("\u001b[J")[0] ?? "")
          .split("\n")
          // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
          .map((line) => line.replace(/\u001b\[[\d;?]*[A-Za-z]|\r/g, "")),
      );
  }

  it("draws in place, moves, follows the terminal's size, and gives the terminal back", async () => {
    const terminal = inTerminal(100, 30);
    await terminal.says(/processing/);
    app.put("more");
    await terminal.says(/ 1 {2,}/);
    terminal.process.stdin.write("resize 50 12\n");
    await new Promise((resolve) => setTimeout(resolve, 700));
    terminal.process.stdin.write("keys 'q'\n");
    const { stdout } = await terminal.ended;
    expect(stdout).toContain(ENTER);
    expect(stdout.indexOf(LEAVE)).toBeGreaterThan(stdout.indexOf(ENTER));
    expect(stdout).toMatch(/watched on local: running.*\r?\n\r?\nended 0\n$/);
    const frames = framesOf(stdout.slice(0, stdout.indexOf(LEAVE)));
    expect(frames.length).toBeGreaterThan(3);
    const wide = [...frames].sort((a, b) => b.length - a.length)[0] ?? [];
    expect(wide.join("\n")).toMatch(/input +[\d.]+\/s +[▁▂▃▄▅▆▇█]+/);
    expect(wide.join("\n")).toMatch(/completed/);
    const last = frames.at(-1) ?? [];
    expect(last.length).toBeLessThanOrEqual(12);
    for (const line of last) expect([...line].length).toBeLessThanOrEqual(50);
    expect(new Set(frames.map((lines) => lines.join())).size).toBeGreaterThan(2);
  });

  it("ends by Ctrl-C, too, and when the application ends", async () => {
    const terminal = inTerminal(80, 24);
    await terminal.says(/processing/);
    terminal.process.stdin.write("keys '\\x03'\n");
    expect((await terminal.ended).stdout).toMatch(/ended 0\n$/);
    const other = inTerminal(80, 24, { NO_COLOR: "" });
    await other.says(/processing/);
    await stopWatched(app);
    const { stdout } = await other.ended;
    expect(stdout).toContain(LEAVE);
    expect(stdout).toMatch(/watched on local: ended.*\r?\n\r?\nended 0\n$/);
  });
});
