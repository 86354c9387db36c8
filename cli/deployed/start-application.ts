import { DeploymentError } from "../../shared/errors/index.js";
import { healthOf, MEANING, TICK_MILLIS } from "./health.js";
import type { Progress, Session } from "./session.js";
import { waitFor } from "./wait.js";

/** Longest wait for the next batch, milliseconds: with more between two of them, a scheduler that has begun is enough. */
const LONG_INTERVAL_MILLIS = TICK_MILLIS;

/** A scheduler that was called while the one before was still leaving has gone away again; so often another one is called, milliseconds. */
const CALL_EVERY_MILLIS = 15_000;

/** Sets an application going. @throws {DeploymentError} when it does not run in time. */
export async function startApplication(session: Session, timeoutMillis: number, say: (line: string) => void) {
  const before = await session.progress();
  const { clock } = session;
  await session.want("run");
  await session.callScheduler();
  say("told to run, and called a scheduler");
  if (timeoutMillis === 0) return;
  let calledAt = clock.monotonic();
  const health = (now: Progress) => healthOf(now.head, now.manifest, clock.now());
  const { done, seen } = await waitFor({
    clock,
    timeoutMillis,
    say,
    look: () => session.progress(),
    isDone: (now) => hasBegun(before, now, clock.now()),
    describe: () => "waiting for its next batch",
    async nudge({ head }) {
      // Who was draining has ended meanwhile, and said that it is to stay so.
      if (before.head?.desired === "drain" && head?.desired === "stop") await session.want("run");
      if ((head?.expires ?? 0) > clock.now() || clock.monotonic() - calledAt < CALL_EVERY_MILLIS) return;
      calledAt = clock.monotonic();
      await session.callScheduler();
    },
  });
  const now = health(seen);
  if (!done && now !== "running") throw new DeploymentError(`It does not run yet. It is ${now}: ${MEANING[now]}.`);
  const { manifest } = seen;
  say(
    done && manifest !== undefined
      ? `it runs; newest batch: ${new Date(manifest.time).toISOString()}`
      : "it runs; its first batch is still to come",
  );
}

/** A batch has been committed since; with long intervals, a scheduler has begun or is at work. */
export function hasBegun(before: Progress, now: Progress, time: number): boolean {
  if (now.manifest !== undefined && now.manifest.id !== before.manifest?.id) return true;
  if (now.manifest === undefined || now.manifest.batchDuration < LONG_INTERVAL_MILLIS) return false;
  return (now.head?.expires ?? 0) > time || (now.head?.token ?? 0) > (before.head?.token ?? 0);
}
