/** A stream to put records into. */
import { awsClients, KinesisStreamSource } from "../../shared/aws/index.js";
import { DeploymentError } from "../../shared/errors/index.js";
import { SystemClock } from "../../shared/system/index.js";
import type { DeployedApplication, Wanted } from "./application.js";
import { allApplications } from "./find-application.js";
import { knownStreams, realStream } from "./find-stream.js";

/** @throws {DeploymentError} when there is no such stream. @throws {IllegalArgumentError} when it is not clear which one is meant. */
export async function openStream(stream: string, wanted: Wanted) {
  const applications = stream.startsWith("arn:") ? [] : await applicationsOf(wanted);
  const name = realStream(stream, applications);
  const clock = new SystemClock();
  const clients = awsClients();
  const streams = new KinesisStreamSource(clients.kinesis, clock);
  const close = (): void => {
    for (const client of Object.values(clients)) client.destroy();
  };
  if ((await streams.describe(name)) === undefined) {
    close();
    throw new DeploymentError(`There is no stream ${name}.${knownStreams(applications)}`, { stream: name });
  }
  return { streams, clock, name, close };
}

/** Who may put records need not be allowed to see stacks: then names are those of real streams. */
async function applicationsOf({ stack, application }: Wanted): Promise<readonly DeployedApplication[]> {
  try {
    const all = await allApplications(stack);
    return all.filter(({ name }) => application === undefined || name === application);
  } catch (error) {
    if (stack === undefined && /^AccessDenied/.test((error as Error).name)) return [];
    throw error;
  }
}
