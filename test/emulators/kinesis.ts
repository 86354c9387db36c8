import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.js";
import type { RunningServer } from "./http-server.js";

/** How long the server may take to answer, milliseconds: usually less than one second, but two cores are shared. */
const START_PATIENCE_MILLIS = 60_000;
const POLL_MILLIS = 50;
/** Another process may take a free port before the server does. */
const MAX_STARTS = 3;
/** Streams change their state as quickly as the server lets them. */
const TRANSITIONS = [
  "CREATE_STREAM",
  "DELETE_STREAM",
  "MERGE_SHARDS",
  "SPLIT_SHARD",
  "UPDATE_SHARD_COUNT",
  "UPDATE_STREAM_MODE",
].map((transition) => [`${transition}_DURATION`, "20ms"] as const);

/** The server, which ends when its standard input does: with the process that started it, however that ends. */
const SERVER = "process.stdin.resume().on('close', () => process.exit()); require(process.argv[1]);";

export interface KinesisEmulatorOptions {
  /** Shards of all streams together. */
  readonly shardLimit?: number;
}

/** Starts `kinesis-local` as a child process, in memory. It ends with this process, if not before. */
export async function startKinesis(options: KinesisEmulatorOptions = {}): Promise<RunningServer> {
  for (let start = 1; ; start++) {
    const [plain, tls] = [await freePort(), await freePort()];
    const server = launch(plain, tls, options);
    const url = `http://127.0.0.1:${plain}`;
    if (await answers(url, server.child)) return { url, stop: () => stop(server.child) };
    await stop(server.child);
    if (start === MAX_STARTS) throw new Error(`kinesis-local does not start:\n${server.output()}`);
  }
}

function launch(plain: number, tls: number, { shardLimit = 2000 }: KinesisEmulatorOptions) {
  const directory = dirname(createRequire(import.meta.url).resolve("kinesis-local/package.json"));
  const child = spawn(process.execPath, ["--eval", SERVER, join(directory, "main.js")], {
    env: {
      PATH: process.env.PATH,
      KINESIS_MOCK_PLAIN_PORT: String(plain),
      KINESIS_MOCK_TLS_PORT: String(tls),
      // The server looks for its certificate in the working directory otherwise.
      KINESIS_MOCK_CERT_PATH: join(directory, "server.json"),
      SHARD_LIMIT: String(shardLimit),
      LOG_LEVEL: "ERROR",
      ...Object.fromEntries(TRANSITIONS),
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-10_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  // A test that is over does not wait for the server.
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) (handle as { unref?(): void }).unref?.();
  return { child, output: () => output };
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  for (const deadline = Date.now() + START_PATIENCE_MILLIS; Date.now() < deadline && !ended(child); ) {
    const reply = await fetch(`${url}/healthcheck`).catch(() => undefined);
    await reply?.arrayBuffer();
    if (reply?.ok) return true;
    await sleep(POLL_MILLIS);
  }
  return false;
}

/** Not politely: after SIGTERM it waits half a minute for clients that keep their connections. */
async function stop(child: ChildProcess): Promise<void> {
  if (ended(child)) return;
  const exit = once(child, "exit");
  child.ref();
  child.kill("SIGKILL");
  await exit;
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
