/**
 * Chaos on the emulators. A deployed application counts numbers while its executors and schedulers are killed, and stopped for
 * longer than the lease, so that they come back when others have long taken their place. In the end every number has
 * been counted exactly once and in order, in the state and in the files.
 */
import { Chaos } from "../aws/chaos.js";
import { type Deployment, deploy } from "../aws/deployment.js";
import { keepEvidence } from "../aws/evidence.js";
import { NumberedFeed } from "../aws/numbered-feed.js";
import { inexact } from "../aws/numbered-results.js";
import { openEmulators } from "../aws/target.js";
import type { EmulatedStack } from "../emulators/stack.js";
import { eventually } from "../support/eventually.js";
import { Seeded } from "../support/seeded.js";
import type { Arena, Outcome } from "./arena.js";

/** Emulators keep everything in memory: after so many runs there are new ones. */
const MOST_RUNS = 10;

/** How long an application that was deployed may take to its first batch, milliseconds. */
const START_MILLIS = 300_000;

const KEYS = 24;
const PAUSE_MILLIS = 250;

/** How many executors are killed in a run, and how many stopped; from, and to below. */
const EXECUTOR_KILLS = { from: 3, to: 8 } as const;
const EXECUTOR_STOPS = { from: 1, to: 3 } as const;
/** How long an executor stands still, milliseconds: longer than a lease. */
const STANDS_STILL_MILLIS = { from: 10_500, to: 13_000 } as const;

type Act = () => Promise<void>;

/** What may happen to the schedulers of a run. */
const PLOTS: readonly ((chaos: Chaos) => Promise<void>)[] = [
  (chaos) => chaos.killScheduler(),
  (chaos) => chaos.stopScheduler(),
  (chaos) => chaos.stopScheduler(() => chaos.killExecutor()),
  // The first one comes back when the third is at work.
  (chaos) => chaos.stopScheduler(() => chaos.killScheduler()),
];

/** An application that has been deployed, and is used for some runs. */
interface Home {
  readonly stack: EmulatedStack;
  readonly deployment: Deployment;
  runs: number;
}

export class EmulatorArena implements Arena {
  #home: Home | undefined;

  async run(seed: number, directory: string): Promise<Outcome> {
    const { stack, deployment } = await this.#atHome();
    const random = new Seeded(seed);
    const chaos = new Chaos(stack.lambda, deployment, random);
    const feed = new NumberedFeed(deployment, KEYS, `run-${seed}`);
    const wrong = await rage(deployment, chaos, feed, random).catch((error: Error) => [String(error.stack)]);
    if (wrong.length > 0) {
      await keepEvidence(directory, stack.lambda, deployment, chaos.story);
      // What is wrong here must not make the next run look wrong.
      await this.close();
    }
    return { ...chaos.happened, records: feed.last * KEYS, wrong };
  }

  async close(): Promise<void> {
    const home = this.#home;
    this.#home = undefined;
    home?.deployment.close();
    await home?.stack.stop();
  }

  async #atHome(): Promise<Home> {
    if (this.#home !== undefined && this.#home.runs >= MOST_RUNS) await this.close();
    this.#home ??= await newHome();
    this.#home.runs += 1;
    return this.#home;
  }
}

async function newHome(): Promise<Home> {
  const target = await openEmulators({ log: (message) => console.error(message) });
  const options = { app: "test/aws/programs/numbered.ts", shards: 2, slots: 2, parallelism: 3 };
  const deployment = await deploy(target, options);
  await eventually("the first batch is committed", START_MILLIS, () => deployment.manifest());
  return { stack: target.stack, deployment, runs: 0 };
}

/** Lets everything happen that the seed draws, while numbers are put. @returns what is wrong in the end. */
async function rage(
  deployment: Deployment,
  chaos: Chaos,
  feed: NumberedFeed,
  random: Seeded,
): Promise<readonly string[]> {
  const before = (await deployment.manifest())?.time;
  feed.start(PAUSE_MILLIS);
  try {
    for (const act of drawn(chaos, random)) await act();
    await chaos.allThawed();
  } finally {
    await feed.stop();
  }
  return inexact(deployment, feed, before);
}

/** Executors stand still from the beginning, so that they come back in the midst of the rest. */
function drawn(chaos: Chaos, random: Seeded): readonly Act[] {
  const times = ({ from, to }: { from: number; to: number }, act: Act): readonly Act[] =>
    Array.from({ length: random.between(from, to) }, () => act);
  const { from, to } = STANDS_STILL_MILLIS;
  const stops = times(EXECUTOR_STOPS, () => chaos.stopExecutor(random.between(from, to)));
  const kills = times(EXECUTOR_KILLS, () => chaos.killExecutor());
  const plot = random.pick(PLOTS) as (chaos: Chaos) => Promise<void>;
  return [...stops, ...random.shuffled([...kills, () => plot(chaos)])];
}
