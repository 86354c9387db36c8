/** The word count, deployed as docs/deploy.md says and fed through Kinesis, counts right. Runs on any endpoint. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/eventually.js";
import { type Deployment, deploy } from "./deployment.js";
import { openTarget, type Target } from "./target.js";
import { countsOf, sameCounts, savedCounts } from "./word-counts.js";

/** Deployment and the schedule's first tick; a minute each where time cannot be sped up. */
const START_MILLIS = 180_000;

/** A batch or two, cold executors included. */
const BATCHES_MILLIS = 90_000;

const lines = readFileSync(join(__dirname, "..", "..", "examples", "data", "alice.txt"), "utf8")
  .trim()
  .split("\n");

let target: Target;
let deployment: Deployment;

beforeAll(async () => {
  target = await openTarget();
  deployment = await deploy(target, { app: "examples/deployed-word-count.ts", shards: 2, slots: 2 });
}, START_MILLIS);

afterAll(async () => {
  deployment?.close();
  await target?.close();
});

describe("the deployed word count", () => {
  let put: string[] = [];

  async function feed(some: readonly string[]): Promise<void> {
    await deployment.put(
      "lines",
      some.map((line, i) => [`key-${i}`, line]),
    );
    put = [...put, ...some];
  }

  async function countsRight(): Promise<void> {
    const expected = countsOf(put.flatMap((line) => line.split(/\s+/)));
    await eventually("the state has the right counts", BATCHES_MILLIS, async () =>
      sameCounts(await deployment.state<number>("totals"), expected),
    );
    await eventually("the files add up to them", BATCHES_MILLIS, async () =>
      sameCounts(savedCounts(await deployment.savedLines("words")), expected),
    );
  }

  it(
    "begins by itself and counts what is put into its stream, in the table and in the bucket",
    async () => {
      await feed(lines);
      await countsRight();
    },
    2 * BATCHES_MILLIS,
  );

  it(
    "goes on counting",
    async () => {
      await feed(lines.slice(0, 5));
      await countsRight();
    },
    2 * BATCHES_MILLIS,
  );

  it(
    "spreads a batch over executors when it is large",
    async () => {
      // Far more than a scheduler takes upon itself.
      await feed(Array.from({ length: 60 }, (_, i) => `word-${i} `.repeat(1500).trim()));
      await countsRight();
      if (target.stack === undefined) return;
      const processes = target.stack.lambda.environments();
      expect(processes.some(({ functionName }) => functionName === deployment.scheduler.split(":")[0])).toBe(true);
      expect(processes.some(({ functionName }) => functionName !== deployment.scheduler.split(":")[0])).toBe(true);
    },
    2 * BATCHES_MILLIS,
  );
});
