import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { killStarted, type RunningProcess, root, startNode } from "./cli-process.js";

const sentences = readFileSync(join(root, "examples", "data", "alice.txt"), "utf8")
  .trim()
  .split("\n");
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await killStarted();
});

async function startFeeder(...args: string[]): Promise<{ feeder: RunningProcess; port: number }> {
  const feeder = startNode([join("examples", "feeder.mjs"), "--port", "0", "--rate", "2000", ...args]);
  const [, port] = await feeder.says(/feeding on 127\.0\.0\.1:(\d+)\n/);
  return { feeder, port: Number(port) };
}

/** Reads so many lines from a new connection. */
async function read(port: number, count: number): Promise<{ lines: string[]; socket: Socket }> {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  sockets.push(socket);
  let text = "";
  while (text.split("\n").length <= count) text += (await once(socket, "data"))[0];
  return { lines: text.split("\n").slice(0, count), socket };
}

describe("feeder", () => {
  it("serves the text over and over, each post with its end", async () => {
    const { port } = await startFeeder();
    const { lines } = await read(port, 200);
    expect(lines).toEqual(Array.from({ length: 200 }, (_, i) => `${sentences[i % sentences.length]} __end`));
  });

  it("keeps to its rate", async () => {
    const { port } = await startFeeder("--rate", "100");
    const began = performance.now();
    await read(port, 30);
    expect(performance.now() - began).toBeGreaterThan(200);
  });

  it("sends numbered sentences again until they are acknowledged", async () => {
    const { feeder, port } = await startFeeder("--numbered", "--count", "100");
    const first = await read(port, 100);
    expect(first.lines).toEqual(Array.from({ length: 100 }, (_, i) => `${i + 1}\t${sentences[i % sentences.length]}`));
    first.socket.write("ack 10\nack 4");
    first.socket.end("0\n");
    await once(first.socket, "close");
    const second = await read(port, 60);
    expect(second.lines[0]).toMatch(/^41\t/);
    second.socket.write("ack 100\n");
    await feeder.says(/all 100 acknowledged/);
  });

  it("says what to do when its port is taken", async () => {
    const { port } = await startFeeder();
    const { exitCode, stderr } = await startNode([join("examples", "feeder.mjs"), "--port", String(port)]).ended;
    expect(stderr).toContain(`feeder: port ${port} is taken: end what uses it, or choose another with --port N`);
    expect(exitCode).toBe(1);
  });

  it.each([
    ["--port", "70000"],
    ["--rate", "0"],
    ["--count", "none"],
    ["--frob", "1"],
  ])("refuses %s %s", async (option, value) => {
    const { exitCode, stderr } = await startNode([join("examples", "feeder.mjs"), option, value]).ended;
    expect(stderr).toMatch(/^feeder: .*--/);
    expect(exitCode).toBe(1);
  });

  it("ends when its parent does, and not at the Ctrl-C that its parent gets too", async () => {
    const { feeder } = await startFeeder("--with-parent");
    feeder.kill("SIGINT");
    expect(await Promise.race([feeder.ended, new Promise((resolve) => setTimeout(resolve, 200, "runs"))])).toBe("runs");
    feeder.process.stdin.destroy();
    expect((await feeder.ended).exitCode).toBe(0);
  });
});
