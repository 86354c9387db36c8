/** What `sluice status` tells. */
import type { BatchFailure, Desired } from "../../shared/checkpoint/index.js";
import type { DeployedApplication } from "./application.js";
import { type Health, healthOf } from "./health.js";
import { lagOf } from "./lag.js";
import type { Progress, Session } from "./session.js";

/** As `--json` prints it. Times are epoch milliseconds. */
export interface Status {
  readonly application: string;
  readonly stack: string;
  readonly state: Health;
  /** What operators want of it. */
  readonly desired: Desired;
  readonly lastBatch: LastBatch | undefined;
  /** How long the oldest unread record has been waiting, milliseconds; `undefined` when there are no streams to read, or it is not known. */
  readonly lagMillis: number | undefined;
  /** Why the lag is not known. */
  readonly lagUnknown: string | undefined;
  /** Keys in the state of all operators. */
  readonly stateKeys: number;
  /** Output operations of the newest batch that are not known to be done. */
  readonly owedOutputs: number;
  /** Fencing token: grows with every scheduler. */
  readonly token: number;
  /** Until when the scheduler at work has claimed the application; 0 when nobody has. */
  readonly leaseExpires: number;
}

export interface LastBatch {
  readonly time: number;
  readonly ageMillis: number;
  readonly batchDurationMillis: number;
  /** Batches so far. */
  readonly batches: number;
  /** Records in this one. */
  readonly records: number;
  /** Code that made it. */
  readonly codeVersion: string;
  /** Set when the batch was passed over. */
  readonly failed: BatchFailure | undefined;
}

export async function readStatus(session: Session, application: DeployedApplication): Promise<Status> {
  const progress = await session.progress();
  const now = session.clock.now();
  const lag = await measureLag(session, progress, now);
  return { ...statusOf(application, progress, now), ...lag };
}

/** Status without the lag, which only the streams tell. */
export function statusOf(
  { name, stack }: Pick<DeployedApplication, "name" | "stack">,
  { head, manifest }: Progress,
  now: number,
): Omit<Status, "lagMillis" | "lagUnknown"> {
  const states = Object.values(manifest?.state ?? {}).flatMap(({ partitions }) => partitions);
  return {
    application: name,
    stack,
    state: healthOf(head, manifest, now),
    desired: head?.desired ?? "run",
    lastBatch: manifest && {
      time: manifest.time,
      ageMillis: now - manifest.time,
      batchDurationMillis: manifest.batchDuration,
      batches: manifest.batches,
      records: manifest.records,
      codeVersion: manifest.codeVersion,
      failed: manifest.failed,
    },
    stateKeys: states.reduce((sum, { keys }) => sum + keys, 0),
    owedOutputs: head !== undefined && head.out < head.time ? Object.keys(manifest?.outputs ?? {}).length : 0,
    token: head?.token ?? 0,
    leaseExpires: head?.expires ?? 0,
  };
}

/** Whether the rest is known must not depend on the streams. */
async function measureLag(
  { streams }: Session,
  { manifest }: Progress,
  now: number,
): Promise<Pick<Status, "lagMillis" | "lagUnknown">> {
  try {
    return { lagMillis: manifest && (await lagOf(streams, manifest.positions, now)), lagUnknown: undefined };
  } catch (error) {
    return { lagMillis: undefined, lagUnknown: (error as Error).message };
  }
}
