/**
 * Chaos in local mode. The real command line is killed and stopped at random moments, again and again, while a reliable
 * receiver is being fed: it loses nothing and counts nothing twice. In the end every record is in the files exactly once
 * and in order, and the state is exact.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../support/eventually.js";
import { about, wrongNumbers, wrongValues } from "../support/exact.js";
import { Seeded } from "../support/seeded.js";
import type { Arena, Outcome } from "./arena.js";
import { CliLife, type Place } from "./cli-life.js";
import { savedLines, totals } from "./local-results.js";
import { SocketFeed } from "./socket-feed.js";

/** How long all that was received may take to be acknowledged when nothing breaks any more, milliseconds. */
const PATIENCE_MILLIS = 120_000;

/** How many lives end by a kill, and how many of them stand still for a while. */
const KILLS = { from: 5, to: 11 } as const;
const STOPS = 3;

/** How many graceful stops may be too slow. */
const LAST_LIVES = 5;

/** Processes that are killed when they have printed a batch; the others while they start, or whenever. */
const KILLED_AT_WORK = 0.8;
/** Processes that go on after they were stopped; the others are killed as they stand. */
const GOES_ON = 0.75;

/** How long a second process gets to see that it is refused before the first one goes on. */
const INTRUDER_MILLIS = 3_000;

const WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"];

/** So many records in a row make batches for worker threads, and as many make batches that the driver runs in place. */
const RECORDS_OF_A_SIZE = 400;
/** No word, and long: what the feed makes in the time of one batch is too large for the driver alone. */
const PADDING = ".".repeat(8 * 1024);

export class LocalArena implements Arena {
  async run(seed: number, directory: string): Promise<Outcome> {
    const feed = new SocketFeed(sentence);
    try {
      const place = { directory, port: await feed.listen() };
      const chaos = new LocalChaos(place, new Seeded(seed));
      await chaos.rage();
      const wrong = [...(await endInGoodOrder(place, feed)), ...chaos.wrong, ...(await inexact(directory, feed.made))];
      return { kills: chaos.kills, stops: chaos.stops, records: feed.made, wrong };
    } finally {
      feed.close();
    }
  }

  async close(): Promise<void> {}
}

/** What happens to the processes of one run. */
class LocalChaos {
  kills = 0;
  stops = 0;
  readonly wrong: string[] = [];
  readonly #place: Place;
  readonly #random: Seeded;
  #hasIntruded = false;

  constructor(place: Place, random: Seeded) {
    this.#place = place;
    this.#random = random;
  }

  async rage(): Promise<void> {
    const lives = this.#random.between(KILLS.from, KILLS.to);
    const stand = this.#random.shuffled(Array.from({ length: lives }, (_, life) => life < STOPS));
    for (const standsStill of stand) await this.#life(standsStill);
  }

  async #life(standsStill: boolean): Promise<void> {
    const random = this.#random;
    const life = new CliLife(this.#place);
    if (random.next() < KILLED_AT_WORK) await life.atWork();
    await sleep(random.between(0, 450));
    if (standsStill) await this.#standStill(life);
    await life.kill();
    this.kills += 1;
  }

  async #standStill(life: CliLife): Promise<void> {
    life.stop();
    this.stops += 1;
    if (life.isAtWork && !this.#hasIntruded) return this.#intrude(life);
    await sleep(this.#random.between(50, 800));
    if (this.#random.next() >= GOES_ON) return;
    life.goOn();
    await sleep(this.#random.between(0, 300));
  }

  /**
   * A process that stands still owns its checkpoint all the same, for it may go on at any moment: a second one is refused. At once,
   * or, when the first one stands in the middle of a transaction, as soon as it goes on.
   */
  async #intrude(owner: CliLife): Promise<void> {
    this.#hasIntruded = true;
    const second = new CliLife(this.#place);
    await second.decidesWithin(INTRUDER_MILLIS);
    const isTooEarly = second.isAtWork;
    owner.goOn();
    const refusal = await second.refusal();
    if (isTooEarly || !refusal.includes(`is in use by process ${owner.pid}`)) {
      this.wrong.push(`a second process was not refused while the first one stood still: ${refusal}`);
    }
  }
}

/** Ends the last life gracefully when everything has been received. */
async function endInGoodOrder(place: Place, feed: SocketFeed): Promise<readonly string[]> {
  feed.stopMaking();
  for (let life = 0; life < LAST_LIVES; life++) {
    const last = new CliLife(place);
    await last.atWork();
    await eventually("everything is acknowledged", PATIENCE_MILLIS, () => feed.acknowledged === feed.made, 20);
    const { code, isCutShort } = await last.endGracefully();
    if (code !== 0) return [`the graceful stop ended with ${code}`];
    // A graceful stop takes only so long, also on a machine that is busy with other things; the next start goes on.
    if (!isCutShort) return [];
  }
  return [`${LAST_LIVES} graceful stops in a row took too long`];
}

/** What is wrong with files and state after so many records. */
async function inexact(directory: string, made: number): Promise<readonly string[]> {
  const numbers = savedLines(directory).map((line) => {
    const number = Number(line.split("\t", 1)[0]);
    return line === `${number}\t${sentence(number)}` ? number : Number.NaN;
  });
  return [
    ...about("files", wrongNumbers(numbers, made)),
    ...about("state", wrongValues(await totals(directory), wordCounts(made))),
  ];
}

function sentence(number: number): string {
  const isLong = Math.floor(number / RECORDS_OF_A_SIZE) % 2 === 1;
  return `${WORDS[number % WORDS.length]} ${WORDS[(number * number) % WORDS.length]}${isLong ? PADDING : ""}`;
}

function wordCounts(made: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let number = 1; number <= made; number++) {
    for (const word of sentence(number).replace(PADDING, "").split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
