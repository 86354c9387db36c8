/**
 * Exactly once on the deployed stack, whatever breaks. Every record has the next number of its key, so that whatever is lost,
 * doubled or out of order shows, in the state and in the files. SEED=... repeats the choices of a run (not its timing).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { readHead, setDesired } from "../../shared/checkpoint/index.js";
import type { FaultRule } from "../emulators/faults.js";
import { Chaos } from "./chaos.js";
import { type Deployment, deploy, eventually } from "./deployment.js";
import { NumberedFeed } from "./numbered-feed.js";
import { merge, split } from "./resharding.js";
import { Seeded, seedOfRun } from "./seeded.js";
import { openTarget, type Target } from "./target.js";

const START_MILLIS = 120_000;
const TEST_MILLIS = 180_000;

/** How long everything that was put may take to be counted once nothing breaks any more: a lease, ticks, and cold starts. */
const SETTLED_MILLIS = 60_000;

/** How many processes are killed. */
const EXECUTOR_KILLS = 16;
const SCHEDULER_KILLS = 4;

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

  /** What to look at when a number is wrong: whether it is the stream itself, what the files have, what schedulers said. */
  async function explain(key: string): Promise<void> {
    const records = await deployment.records("numbers");
    const inStream = records.filter(([own]) => own === key).map(([, text]) => Number(text.split(":")[1]));
    const saved = (await deployment.savedLines("numbers")).filter((line) => line.startsWith(`${key}\t`));
    const log = here().lambda.logs(deployment.scheduler.split(":")[0] as string);
    const notOutput = log.filter((line) => /^(\{"|START|END|RequestId)/.test(line));
    console.error(JSON.stringify({ key, put: feed.last, inStream, saved }), notOutput.join("\n"));
  }

  /** Everything that was put has been counted once and in order, and saved once and in order. */
  async function expectExact(): Promise<void> {
    const numbers = Array.from({ length: feed.last }, (_, i) => i + 1);
    const state = await eventually(
      `all ${feed.last} numbers of each key are in the state`,
      SETTLED_MILLIS,
      async () => {
        const seen = await deployment.state<{ last: number; wrong: string[] }>("seen");
        const isOver =
          seen.size === KEYS && [...seen.values()].every(({ last, wrong }) => last >= feed.last || wrong.length > 0);
        return isOver && seen;
      },
    );
    const [wrong] = [...state].find(([, seen]) => seen.wrong.length > 0) ?? [];
    if (wrong !== undefined) await explain(wrong);
    expect(Object.fromEntries(state)).toEqual(
      Object.fromEntries(feed.keys.map((key) => [key, { last: feed.last, wrong: [] }])),
    );
    const lines = await eventually("all numbers are in the files", SETTLED_MILLIS, async () => {
      const saved = await deployment.savedLines("numbers");
      return saved.length >= KEYS * feed.last && saved;
    });
    const saved = new Map<string, number[]>();
    for (const line of lines) {
      const [key = "", number] = line.split("\t");
      saved.set(key, [...(saved.get(key) ?? []), Number(number)]);
    }
    expect(Object.fromEntries(saved)).toEqual(Object.fromEntries(feed.keys.map((key) => [key, numbers])));
  }

  it(
    `counts right although ${EXECUTOR_KILLS} executors and ${SCHEDULER_KILLS} schedulers are killed at work`,
    async () => {
      const kills = [...Array(EXECUTOR_KILLS).fill("executor"), ...Array(SCHEDULER_KILLS).fill("scheduler")];
      feed.start(PAUSE_MILLIS);
      for (const kill of random.shuffled(kills)) {
        if (kill === "executor") await chaos.killExecutor();
        else await chaos.killScheduler();
      }
      await feed.stop();
      await expectExact();
    },
    TEST_MILLIS,
  );

  it(
    "counts right although a scheduler is frozen, replaced, and thawed",
    async () => {
      feed.start(PAUSE_MILLIS);
      const { pid } = await chaos.driver();
      await sleep(random.between(0, 500));
      here().lambda.freeze(pid);
      const before = await readHead(deployment.table, deployment.job);
      await eventually("another one takes over", SETTLED_MILLIS, async () => {
        const head = await readHead(deployment.table, deployment.job);
        return head !== undefined && before !== undefined && head.token > before.token && head.time > before.time;
      });
      here().lambda.thaw(pid);
      await chaos.progress((await deployment.manifest())?.batches ?? 0);
      await feed.stop();
      await expectExact();
      // The first one has found out, and has gone or does nothing but stand by.
      await eventually("the thawed one ends", SETTLED_MILLIS, async () => (await chaos.driver()).pid !== pid);
    },
    TEST_MILLIS,
  );

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
