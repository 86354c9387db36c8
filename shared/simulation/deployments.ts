/** How the operator replaces the program: by versions that stay, and by one that is tried and taken back. */
import { Draws } from "./draws.js";
import type { World } from "./world-events.js";

/** How long a deployment waits until all has drained, and how often it looks, milliseconds. */
const DRAINED_WITHIN = 12_000;
const LOOKS_EVERY = 300;
/** How long the story of a version that is taken back lasts, milliseconds. */
export const ROLLBACK_MILLIS = 40_000;
/** How long a version is tried, milliseconds: a few batches. */
const TRIED_FOR = [12_000, 20_000] as const;

export class Deployments {
  readonly #world: World;
  #isOver = false;

  constructor(world: World) {
    this.#world = world;
  }

  upgrade(n: number): void {
    this.#replace(`upgrade ${n}`, () => this.#world.deployNextVersion());
  }

  /**
   * From some time on, a version is tried and taken back: it takes a while until the one and then the other has batches to
   * show, so it has time of its own behind all else.
   */
  rollback(from: number): void {
    const { seed, loop } = this.#world;
    const triedFor = new Draws(seed, "rollback").between(...TRIED_FOR);
    loop.after(from, () => {
      this.#world.note("a version is tried");
      this.#replace("tried version", () => this.#world.deployNextVersion());
    });
    loop.after(from + triedFor, () => {
      this.#world.note("rollback");
      this.#replace("rollback", () => this.#world.deployVersionBefore());
    });
  }

  /** From here on it is the newest version. */
  end(): void {
    this.#isOver = true;
    this.#world.deployNewestVersion();
  }

  /** A deployment leaves alone what runs, ends it, or waits until it has drained. */
  #replace(name: string, deploy: () => void): void {
    const how = new Draws(this.#world.seed, name).pick(["leave", "kill", "drain", "drain"]);
    if (how === "drain") {
      this.#world.operator("drain");
      this.#whenDrained(this.#world.loop.now + DRAINED_WITHIN, deploy);
      return;
    }
    deploy();
    if (how === "kill") this.#world.killSchedulers();
  }

  #whenDrained(patience: number, deploy: () => void): void {
    const { loop } = this.#world;
    if (this.#world.isRunning() && loop.now < patience) {
      loop.after(LOOKS_EVERY, () => this.#whenDrained(patience, deploy));
      return;
    }
    if (!this.#isOver) deploy();
    this.#world.operator("run");
  }
}
