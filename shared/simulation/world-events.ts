/** What happens to the system as a whole, and when: ticks, records, and the faults that are no call's. */
import { Draws } from "./draws.js";
import type { EventLoop } from "./event-loop.js";
import type { FaultPlan } from "./fault-plan.js";
import type { WorldFault } from "./faults.js";

export interface World {
  readonly seed: number;
  readonly loop: EventLoop;
  readonly plan: FaultPlan;
  /** For how many batches there are faults and records, about. */
  readonly batches: number;
  /** How long that is, milliseconds. */
  readonly eventful: number;
  /** Is a version of the program tried and taken back afterwards? */
  readonly rollback: boolean;
  /** When there are no more faults, milliseconds. */
  readonly quietFrom: number;
  note(text: string): void;
  startScheduler(): void;
  killSchedulers(): void;
  isRunning(): boolean;
  feed(n: number): void;
  reshard(n: number, how: "split" | "merge"): void;
  readonly deployNextVersion: () => void;
  readonly deployVersionBefore: () => void;
  readonly deployNewestVersion: () => void;
  operator(says: "run" | "stop" | "drain"): void;
}

/** Schedulers are started this often, milliseconds. */
const TICK = 10_000;
const FEEDS = 9;
/** How long an application stays stopped, milliseconds. */
const STOPPED_FOR = [200, 20_000] as const;
/** How long a deployment waits until all has drained, and how often it looks, milliseconds. */
const DRAINED_WITHIN = 12_000;
const LOOKS_EVERY = 300;
/** How much longer a run lasts in which a version is tried and taken back, milliseconds. */
export const ROLLBACK_MILLIS = 40_000;
/** How long a version is tried, milliseconds: a few batches. */
const TRIED_FOR = [12_000, 20_000] as const;
const STORY_FEEDS = 6;
/** How long a storm of resharding lasts, milliseconds: up to about a batch. */
const STORM_MILLIS = [100, 6_000] as const;

/** Sets everything going. */
export function letHappen(world: World): void {
  const { seed, loop, plan, batches, eventful } = world;
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
  const storm = draws.below(batches) * (eventful / batches) + draws.below(200);
  const length = Math.round(draws.magnitude(...STORM_MILLIS));
  const inTheStorm = (): number => storm + draws.below(length);
  const whenResharded = draws.chance(0.5) ? inTheStorm : anyTime;
  nowAndThen("shard split", 3, (n) => world.reshard(n, "split"), whenResharded);
  nowAndThen("shards merged", 3, (n) => world.reshard(n, "merge"), whenResharded);
  let isOver = false;
  /** A deployment leaves alone what runs, ends it, or waits until it has drained. */
  const replace = (name: string, deploy: () => void): void => {
    const whims = new Draws(seed, name);
    const how = whims.pick(["leave", "kill", "drain", "drain"]);
    if (how !== "drain") deploy();
    if (how === "kill") world.killSchedulers();
    if (how !== "drain") return;
    world.operator("drain");
    const patience = loop.now + DRAINED_WITHIN;
    const goOn = (): void => {
      if (world.isRunning() && loop.now < patience) {
        loop.after(LOOKS_EVERY, goOn);
        return;
      }
      if (!isOver) deploy();
      world.operator("run");
    };
    goOn();
  };
  nowAndThen("upgrade", 2, (n) => replace(`upgrade ${n}`, world.deployNextVersion));
  nowAndThen("operator stops", 2, (n) => {
    const whims = new Draws(seed, `operator ${n}`);
    world.operator(whims.pick(["stop", "drain"]));
    loop.after(Math.round(whims.magnitude(...STOPPED_FOR)), () => world.operator("run"));
  });
  if (world.rollback) {
    // A story of its own behind all else: it takes a while until the one version and then the other has batches to show.
    const story = new Draws(seed, "rollback");
    for (let n = 0; n < STORY_FEEDS; n++)
      loop.after(eventful + story.below(ROLLBACK_MILLIS), () => world.feed(FEEDS + n));
    loop.after(eventful, () => replace("tried version", world.deployNextVersion));
    loop.after(eventful + story.between(...TRIED_FOR), () => replace("rollback", world.deployVersionBefore));
  }
  loop.after(world.quietFrom, () => {
    isOver = true;
    world.note("no more faults");
    plan.endFaults();
    world.deployNewestVersion();
  });
}
