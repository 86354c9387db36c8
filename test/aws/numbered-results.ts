/** What the program `numbered.ts` has come to, against what a feed has put: every number counted and saved once, in order. */

import { eventually } from "../support/eventually.js";
import { about, wrongNumbers } from "../support/exact.js";
import type { Deployment } from "./deployment.js";
import type { NumberedFeed } from "./numbered-feed.js";

/** How long everything that was put may take to come out once nothing breaks any more: a lease, ticks, and cold starts. */
const PATIENCE_MILLIS = 120_000;

interface Seen {
  readonly last: number;
  readonly wrong: readonly string[];
}

/**
 * Waits until everything has come out, or something is wrong.
 * @param after The time of a batch before the feed's first record.
 * @returns what is wrong, in words; nothing when all is exact.
 */
export async function inexact(deployment: Deployment, feed: NumberedFeed, after = 0): Promise<readonly string[]> {
  const wrongState = await eventually(`all ${feed.last} numbers of each key are in the state`, PATIENCE_MILLIS, () =>
    stateOf(deployment, feed),
  );
  const saved = await eventually(`all ${feed.last} numbers of each key are in the files`, PATIENCE_MILLIS, () =>
    savedBy(deployment, feed, after),
  );
  const wrongFiles = feed.keys.flatMap((key) => about(`files: ${key}`, wrongNumbers(saved.get(key) ?? [], feed.last)));
  return [...wrongState, ...wrongFiles];
}

/** What is wrong with the state, once it has all numbers or a wrong one. */
async function stateOf(deployment: Deployment, { keys, last }: NumberedFeed): Promise<readonly string[] | undefined> {
  const state = await deployment.state<Seen>("seen");
  const seen = keys.map((key) => [key, state.get(key) ?? { last: 0, wrong: [] }] as const);
  if (!seen.every(([, one]) => one.last >= last || one.wrong.length > 0)) return undefined;
  return seen.flatMap(([key, one]) => [
    ...about(`state: ${key}`, one.wrong),
    ...(one.last > last ? [`state: ${key}: the last is ${one.last} and should be ${last}`] : []),
  ]);
}

/** Numbers by key as the files have them, once there are as many as were put. */
async function savedBy(
  deployment: Deployment,
  { keys, last }: NumberedFeed,
  after: number,
): Promise<ReadonlyMap<string, readonly number[]> | undefined> {
  const saved = new Map<string, number[]>(keys.map((key) => [key, []]));
  let count = 0;
  for (const line of await deployment.savedLines("numbers", after)) {
    const [key = "", number] = line.split("\t");
    if (saved.get(key)?.push(Number(number)) !== undefined) count += 1;
  }
  return count >= keys.length * last ? saved : undefined;
}
