/** `npm start`, with a checkpoint of its own and short batches. */
import { existsSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { killStarted, type RunningProcess, removeFolders, startNode, temporaryFolder } from "./cli-process.js";

afterEach(killStarted);
afterAll(removeFolders);

function start(checkpoint: string, ...args: string[]): RunningProcess {
  const options = ["--checkpoint", checkpoint, "--batch-duration", "200ms", ...args];
  return startNode([join("scripts", "start.mjs"), ...options]);
}

/** The port of the feeder that it has started. */
async function feederOf(running: RunningProcess): Promise<number> {
  const [, port] = await running.says(/feeder\.mjs \(process \d+\) feeds on 127\.0\.0\.1:(\d+)/);
  return Number(port);
}

/** Resolves when nobody listens on the port any more. (A look at the process would also find it when it has ended unnoticed.) */
async function gone(port: number): Promise<void> {
  while (await accepts(port)) await new Promise((resolve) => setTimeout(resolve, 20));
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

describe("npm start", () => {
  it("counts words, ends by itself and takes the feeder with it", async () => {
    const running = start(temporaryFolder(), "--batches", "3");
    const port = await feederOf(running);
    const { exitCode, stdout } = await running.ended;
    expect(stdout.match(/^Time: \d+ ms$/gm)).toHaveLength(3);
    expect(stdout).toMatch(/^\(\p{L}+,\d+\)$/mu);
    expect(exitCode).toBe(0);
    await gone(port);
  });

  it("goes on after kill -9, which ends the feeder too", async () => {
    const checkpoint = temporaryFolder();
    const first = start(checkpoint);
    const port = await feederOf(first);
    await first.says(/^\(\p{L}+,\d+\)$/mu);
    first.kill("SIGKILL");
    await gone(port);
    const second = start(checkpoint, "--batches", "1");
    const secondPort = await feederOf(second);
    const { exitCode, stderr, stdout } = await second.ended;
    expect(stderr).toContain("going on after batch");
    expect(stdout).toMatch(/^\(\p{L}+,\d+\)$/mu);
    expect(exitCode).toBe(0);
    await gone(secondPort);
  });

  it("ends at Ctrl-C with the feeder", async () => {
    const running = start(temporaryFolder());
    const port = await feederOf(running);
    await running.says(/Time: /);
    running.kill("SIGINT");
    expect((await running.ended).exitCode).toBe(0);
    await gone(port);
  });

  it("forgets the counts with --fresh", async () => {
    const checkpoint = temporaryFolder();
    writeFileSync(join(checkpoint, "old"), "");
    const running = start(checkpoint, "--fresh", "--batches", "1");
    const port = await feederOf(running);
    expect((await running.ended).stderr).toMatch(/checkpoint {2}.*, new/);
    expect(existsSync(join(checkpoint, "old"))).toBe(false);
    await gone(port);
  });

  it("takes another port when the usual one is taken", async () => {
    const server = createServer().on("error", () => {});
    await new Promise<void>((resolve) => server.on("error", () => resolve()).listen(9999, "127.0.0.1", resolve));
    try {
      const running = start(temporaryFolder(), "--batches", "1");
      expect(await feederOf(running)).not.toBe(9999);
      expect((await running.ended).exitCode).toBe(0);
    } finally {
      server.close();
    }
  });
});
