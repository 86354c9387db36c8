/** What happens to the system as a whole, and when: ticks, records, and the faults that are no call's. */
import { Deployments, ROLLBACK_MILLIS } from "./deployments.js";
import { Draws } from "./draws.js";
import type { EventLoop } from "./event-loop.js";
import type { FaultPlan } from "./fault-plan.js";
import type { WorldFault } from "./faults.js";

export interface World {
  readonly seed: number;
  readonly loop: EventLoop;
  readonly plan: FaultPlan;
  /** For how many batches there are faults and records, about, and how long one counts for, milliseconds. */
  readonly batches: number;
  readonly batchMillis: number;
  note(text: string): void;
  startScheduler(): void;
  killSchedulers(): void;
  isRunning(): boolean;
  feed(n: number): void;
  reshard(n: number, how: "split" | "merge"): void;
  deployNextVersion(): void;
  deployVersionBefore(): void;
  deployNewestVersion(): void;
  operator(says: "run" | "stop" | "drain"): void;
}

/** Schedulers are started this often, milliseconds. */
const TICK = 10_000;
const FEEDS = 9;
/** How long an application stays stopped, milliseconds. */
const STOPPED_FOR = [200, 20_000] as const;
/** Records of the story of a version that is taken back arrive so many times. */
const STORY_FEEDS = 6;
/** How long a storm of resharding lasts, milliseconds: up to about a batch. */
const STORM_MILLIS = [100, 6_000] as const;

/** Sets everything going. @returns after how long there are no more faults, milliseconds. */
export function letHappen(world: World): number {
  const { seed, loop, plan, batches, batchMillis } = world;
  const eventful = batches * batchMillis;
  const draws = new Draws(seed, "events");
  const tick = (): void => {
    world.startScheduler();
    loop.after(TICK, tick);
  };
  loop.after(draws.below(3_000), tick);
  for (let n = 0; n < FEEDS; n++) loop.after(draws.below(eventful), () => world.feed(n));
  const anyTime = (): number => draws.below(eventful);
  /** So often at most, if its kind is on: at times that do not depend on whether it is. */
  const nowAndThen = (kind: WorldFault, times: number, happen: (n: number) => void, at = anyTime): void => {
    for (let n = 0; n < times; n++) {
      loop.after(at(), () => {
        if (!plan.event(kind, `${n}`)) return;
        world.note(kind);
        happen(n);
      });
    }
  };
  nowAndThen("extra tick", 4, () => world.startScheduler());
  nowAndThen("scheduler killed", 3, () => world.killSchedulers());
  // In one run of two shards are split and merged in quick succession, and while a batch reads them.
  const storm = draws.below(batches) * batchMillis + draws.below(200);
  const length = Math.round(draws.magnitude(...STORM_MILLIS));
  const inTheStorm = (): number => storm + draws.below(length);
  const whenResharded = draws.chance(0.5) ? inTheStorm : anyTime;
  nowAndThen("shard split", 3, (n) => world.reshard(n, "split"), whenResharded);
  nowAndThen("shards merged", 3, (n) => world.reshard(n, "merge"), whenResharded);
  const deployments = new Deployments(world);
  nowAndThen("upgrade", 2, (n) => deployments.upgrade(n));
  nowAndThen("operator stops", 2, (n) => {
    const whims = new Draws(seed, `operator ${n}`);
    world.operator(whims.pick(["stop", "drain"]));
    loop.after(Math.round(whims.magnitude(...STOPPED_FOR)), () => world.operator("run"));
  });
  const isTakenBack = plan.event("rollback", "0");
  if (isTakenBack) {
    const story = new Draws(seed, "story");
    for (let n = 0; n < STORY_FEEDS; n++) {
      loop.after(eventful + story.below(ROLLBACK_MILLIS), () => world.feed(FEEDS + n));
    }
    deployments.rollback(eventful);
  }
  const quietFrom = eventful + (isTakenBack ? ROLLBACK_MILLIS : 0);
  loop.after(quietFrom, () => {
    world.note("no more faults");
    plan.endFaults();
    deployments.end();
  });
  return quietFrom;
}
