import { DeploymentError, IllegalStateError } from "../../shared/errors/index.js";
import { healthOf, MEANING } from "./health.js";
import type { Session } from "./session.js";
import { waitFor } from "./wait.js";

/** Stops an application. @throws {DeploymentError} when it has not stopped in time. @throws {IllegalStateError} when it was started meanwhile. */
export async function stopApplication(
  session: Session,
  { graceful, timeoutMillis }: { readonly graceful: boolean; readonly timeoutMillis: number },
  say: (line: string) => void,
): Promise<void> {
  const { clock } = session;
  const before = await session.progress();
  if (before.head?.desired === "stop" && before.head.expires <= clock.now()) return say("it is stopped already");
  await session.want(graceful ? "drain" : "stop");
  say(graceful ? "told to process what has arrived, and then to stop" : "told to stop after the batch that runs");
  // Nobody at work would see what has arrived before the next tick.
  if (graceful && (before.head?.expires ?? 0) <= clock.now()) await session.callScheduler();
  if (timeoutMillis === 0) return;
  const { done, seen } = await waitFor({
    clock,
    timeoutMillis,
    say,
    look: async () => {
      const progress = await session.progress();
      return { ...progress, health: healthOf(progress.head, progress.manifest, clock.now()) };
    },
    isDone: ({ head, health }) => health === "stopped" || head?.desired === "run",
    describe: ({ health, manifest }) => `${health}; ${manifest?.batches ?? 0} batches so far`,
  });
  if (seen.head?.desired === "run") throw new IllegalStateError("Somebody has started it again meanwhile.");
  if (!done) {
    throw new DeploymentError(
      `It has not stopped yet, and will: ${seen.health === "stopped" ? "" : MEANING[seen.health]}. \`sluice status\` says how far it is.`,
    );
  }
  const { manifest, head } = seen;
  if (manifest === undefined) return say("stopped before its first batch");
  const owes = (head?.out ?? 0) < (head?.time ?? 0) ? "; outputs of this batch are sent when it is started again" : "";
  say(`stopped after batch ${new Date(manifest.time).toISOString()}, batches in all: ${manifest.batches}${owes}`);
}
