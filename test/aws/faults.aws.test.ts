/**
 * Exactly once on the deployed stack, whatever happens to its streams and its calls; `npm run chaos` is about its processes.
 * Every record has the next number of its key, so that whatever is lost, doubled or out of order shows, in the state and in
 * the files. SEED=... repeats the choices of a run (not its timing).
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setDesired } from "../../shared/checkpoint/index.js";
import type { FaultRule } from "../emulators/faults.js";
import { eventually } from "../support/eventually.js";
import { Seeded, seedOfRun } from "../support/seeded.js";
import { Chaos } from "./chaos.js";
import { type Deployment, deploy } from "./deployment.js";
import { keepEvidence } from "./evidence.js";
import { NumberedFeed } from "./numbered-feed.js";
import { inexact } from "./numbered-results.js";
import { merge, split } from "./resharding.js";
import { openTarget, type Target } from "./target.js";

const START_MILLIS = 120_000;
const TEST_MILLIS = 180_000;

const KEYS = 24;
const PAUSE_MILLIS = 250;

/** What the network and the services do for a while. Not to producers: a put that is repeated is another record. */
const WEATHER: readonly FaultRule[] = [
  { service: "kinesis", operation: /^(Get|List|Describe)/, fault: "throttle", probability: 0.15 },
  { service: "kinesis", operation: /^(Get|List|Describe)/, fault: "drop-reply", probability: 0.05 },
  { service: "dynamodb", operation: /^(Get|Put|Update|Batch|Query)/, fault: "drop-reply", probability: 0.1 },
  { service: "dynamodb", fault: "throttle", probability: 0.03 },
  { service: "dynamodb", fault: "server-error", probability: 0.05 },
  { service: "s3", fault: "drop-reply", probability: 0.1 },
  { service: "s3", fault: "throttle", probability: 0.03 },
  { service: "s3", fault: "server-error", probability: 0.03 },
  { service: "lambda", operation: "Invoke", fault: "throttle", probability: 0.15 },
  { service: "lambda", operation: "Invoke", fault: "drop-reply", probability: 0.1 },
  { fault: "delay", probability: 0.05, millis: 300 },
];

/** How often each kind of fault is to happen at least. */
const FAULTS = 5;

// Nothing is broken on purpose where we are guests.
const describeHere = process.env.SLUICE_ENDPOINT === undefined ? describe : describe.skip;

const seed = seedOfRun();

describeHere(`the deployed application (SEED=${seed})`, () => {
  const random = new Seeded(seed);
  let target: Target;
  let deployment: Deployment;
  let chaos: Chaos;
  let feed: NumberedFeed;

  beforeAll(async () => {
    target = await openTarget({ random: random.next, log: (message) => console.error(message) });
    deployment = await deploy(target, { app: "test/aws/programs/numbered.ts", shards: 2, slots: 2, parallelism: 3 });
    chaos = new Chaos(here().lambda, deployment, random);
    feed = new NumberedFeed(deployment, KEYS);
    await feed.put();
    await chaos.progress(0);
  }, START_MILLIS);

  // What failed in one test must not feed the next.
  afterEach(async () => {
    target?.stack?.faults.clear();
    await feed?.stop();
  });

  afterAll(async () => {
    deployment?.close();
    await target?.close();
  });

  const here = () => target.stack as NonNullable<Target["stack"]>;
  const stream = () => deployment.streams.numbers as string;

  /** Everything that was put has been counted once and in order, and saved once and in order. */
  async function expectExact(): Promise<void> {
    const wrong = await inexact(deployment, feed);
    if (wrong.length > 0) {
      const directory = mkdtempSync(join(tmpdir(), "sluice-faults-"));
      await keepEvidence(directory, here().lambda, deployment, chaos.story);
      console.error(`What is needed to look into it lies in ${directory}`);
    }
    expect(wrong).toEqual([]);
  }

  it(
    "counts right although shards are split and merged while it runs",
    async () => {
      feed.start(PAUSE_MILLIS);
      await split(deployment.clients.kinesis, stream());
      await chaos.progress((await deployment.manifest())?.batches ?? 0);
      await merge(deployment.clients.kinesis, stream());
      await split(deployment.clients.kinesis, stream());
      await chaos.progress((await deployment.manifest())?.batches ?? 0);
      await feed.stop();
      await expectExact();
    },
    TEST_MILLIS,
  );

  it(
    "counts right although shards are split and merged while it is stopped",
    async () => {
      feed.start(PAUSE_MILLIS);
      await chaos.progress((await deployment.manifest())?.batches ?? 0);
      await setDesired(deployment.table, deployment.job, "stop");
      await chaos.silence();
      await feed.stop();
      await split(deployment.clients.kinesis, stream());
      await feed.put();
      await merge(deployment.clients.kinesis, stream());
      await feed.put();
      await setDesired(deployment.table, deployment.job, "run");
      await expectExact();
    },
    TEST_MILLIS,
  );

  it(
    "counts right although calls are throttled, fail, are delayed, and their acknowledgements are dropped",
    async () => {
      const { faults } = here();
      const rules = WEATHER.map((rule) => faults.add(rule));
      feed.start(PAUSE_MILLIS);
      await eventually("every fault has happened often enough", TEST_MILLIS / 2, async () =>
        Object.values(faults.played).every((count) => count >= FAULTS),
      );
      await feed.stop();
      for (const remove of rules) remove();
      await expectExact();
    },
    TEST_MILLIS,
  );
});
