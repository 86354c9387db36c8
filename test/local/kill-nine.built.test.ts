/**
 * The promise of the README, kept: the real command line is killed with SIGKILL at random moments, again and again, while
 * a reliable receiver is being fed, and in the end every record is in the files exactly once and the state is exact.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { jobName, readHead, readManifest } from "../../shared/checkpoint/index.js";
import { LocalStore } from "../../shared/local/index.js";
import { KEY_GROUPS } from "../../shared/rdd/index.js";
import { loadState } from "../../shared/state/index.js";
import { RandomIds } from "../../shared/system/index.js";
import { NumberedFeed } from "./fixtures/numbered-feed.js";

const KILLS = 20;
const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const root = join(__dirname, "../..");
const WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"];

describe(`kill -9 (SEED=${SEED})`, () => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-kill-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it(`loses nothing and counts nothing twice over ${KILLS} kills`, async () => {
    const random = generator(SEED);
    const sentence = (n: number): string => `${WORDS[n % WORDS.length]} ${WORDS[(n * n) % WORDS.length]}`;
    const feed = new NumberedFeed(sentence);
    const port = await feed.listen();
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const run = start(directory, port);
        // Mostly while batches run, sometimes while it is still starting.
        if (random() < 0.85) await run.printed();
        await sleep(random() * 450);
        run.process.kill("SIGKILL");
        await run.ended;
      }
      feed.stopMaking();
      const last = start(directory, port);
      await last.printed();
      await until(() => feed.acknowledged === feed.made, 30_000);
      last.process.kill("SIGINT");
      expect(await last.ended).toBe(0);
    } finally {
      feed.close();
    }

    const total = feed.made;
    expect(total).toBeGreaterThan(KILLS);
    const numbers = savedRecords(join(directory, "out")).map((line) => Number(line.split("\t")[0]));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
    const expected = new Map<string, number>();
    for (let n = 1; n <= total; n++) {
      for (const word of sentence(n).split(" ")) expected.set(word, (expected.get(word) ?? 0) + 1);
    }
    expect(await totals(join(directory, "checkpoint"))).toEqual(expected);
  }, 120_000);
});

interface Run {
  readonly process: ChildProcess;
  /** Resolves when the first batch has been printed, or it has ended. */
  printed(): Promise<unknown>;
  readonly ended: Promise<number | null>;
}

function start(directory: string, port: number): Run {
  const args = [
    join(root, "dist/cli/main.js"),
    ...["run", join(root, "examples/custom-receiver.ts"), "--master", "local[2]"],
    ...["--checkpoint", join(directory, "checkpoint"), "--batch-duration", "100ms"],
  ];
  const env = { ...process.env, SLUICE_FEED_PORT: String(port), SLUICE_OUT: join(directory, "out") };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (text) => {
    log += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("exit", (code) => {
      if (code !== 0 && code !== null) console.error(`run ended with ${code}:\n${log}`);
      resolve(code);
    });
  });
  const output = new Promise((resolve) => child.stdout.once("data", resolve));
  child.stdout.resume();
  return { process: child, ended, printed: () => Promise.race([output, ended]) };
}

function savedRecords(out: string): string[] {
  return (
    readdirSync(out)
      .flatMap((batch) => readdirSync(join(out, batch)).map((part) => join(out, batch, part)))
      // Who is killed while it writes a file leaves a hidden draft behind, which no reader takes for data.
      .filter((path) => basename(path).startsWith("part-"))
      .flatMap((path) => readFileSync(path, "utf8").trimEnd().split("\n"))
  );
}

/** The state of the operator `totals`, as the checkpoint has it. */
async function totals(checkpoint: string): Promise<ReadonlyMap<string, number>> {
  const store = new LocalStore({ directory: checkpoint });
  try {
    const job = jobName("custom-receiver");
    const head = await readHead(store.table, job);
    const manifest = await readManifest(store, job, head?.manifest ?? "", head?.manifestHash);
    const meta = manifest?.state.totals;
    if (meta === undefined) throw new Error("the checkpoint has no state of totals");
    const storage = { table: store.table, blocks: store.blocks, ids: new RandomIds(), job };
    const state = new Map<string, number>();
    (await loadState(storage, meta, 0, KEY_GROUPS)).forEach(({ key, value }) => {
      state.set(key as string, value as number);
    });
    return state;
  } finally {
    await store.close();
  }
}

/** A small generator of uniform numbers in [0, 1), so that a failing run can be repeated. (mulberry32) */
function generator(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

async function until(condition: () => boolean, millis: number): Promise<void> {
  for (const end = Date.now() + millis; !condition(); ) {
    if (Date.now() > end) throw new Error(`not within ${millis} ms`);
    await sleep(20);
  }
}
