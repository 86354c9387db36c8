import type { DeployedApplication } from "./application.js";
import type { DataFate } from "./data-fate.js";
import { Session } from "./session.js";
import { stopApplication } from "./stop-application.js";

/**
 * An application whose table goes is stopped before: a scheduler that runs on would put new objects into a bucket that was
 * emptied to be deleted. One whose table stays is left alone: the wish to stop would stay too. Not to have stopped is no
 * reason to go no further.
 */
export async function stopBeforeRemoval(
  application: DeployedApplication,
  fates: readonly DataFate[],
  timeoutMillis: number,
  say: (line: string) => void,
): Promise<void> {
  if (fates.find(({ what }) => what === "table")?.removed !== true) return;
  const session = new Session(application);
  try {
    await stopApplication(session, { graceful: false, timeoutMillis }, say);
  } catch (error) {
    say(`${application.name} is deleted as it is: ${(error as Error).message}`);
  } finally {
    session.close();
  }
}
