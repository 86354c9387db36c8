/** Views of a deployed application, read with the user's own credentials; nothing of it is exposed, nothing changed. */
import { randomUUID } from "node:crypto";
import { awsClients, awsPorts } from "../../shared/aws/index.js";
import { CheckpointViews, type GraphView, StateExplorer } from "../../shared/monitor/index.js";
import type { ExecutorPorts } from "../../shared/ports/index.js";
import { SystemClock } from "../../shared/system/index.js";
import type { DeployedApplication } from "../deployed/application.js";

/** How often is looked for new batches, milliseconds. A look is one read of one item. */
const REFRESH_MILLIS = 1_000;
/** Pauses after failures, which may be throttles. */
const RETRY_MILLIS = 5_000;

export interface DeployedPorts {
  readonly ports: ExecutorPorts;
  close(): void;
}

/** The application's own ports, from here. */
export function portsOf(application: DeployedApplication): DeployedPorts {
  const { name, bucket, table, streams } = application;
  const clients = awsClients();
  return {
    ports: awsPorts({ app: name, bucket, table, streams, codeVersion: "", logLevel: undefined }, clients),
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

export interface DeployedViews {
  readonly views: CheckpointViews;
  readonly state: StateExplorer;
  /** Looks for what is new until the signal; tells of failures and goes on. */
  follow(signal: AbortSignal, failed: (error: Error) => void): Promise<void>;
}

export function deployedViews(
  application: DeployedApplication,
  storage: ExecutorPorts,
  graph: GraphView | undefined,
  replayCommand: (time: number) => string,
): DeployedViews {
  const clock = new SystemClock();
  const { name: appName, stack, table, bucket } = application;
  const views = new CheckpointViews({
    storage,
    appName,
    clock,
    run: randomUUID().slice(0, 8),
    master: `stack ${stack}`,
    replayCommand,
    facts: [
      { name: "stack", value: stack },
      { name: "table", value: table },
      { name: "bucket", value: bucket },
    ],
    ...(graph && { graph }),
  });
  return {
    views,
    state: new StateExplorer({ storage, appName, graph: views.graph() }),
    async follow(signal, failed) {
      while (!signal.aborted) {
        const pause = await views.refresh().then(
          () => REFRESH_MILLIS,
          (error: Error) => {
            failed(error);
            return RETRY_MILLIS;
          },
        );
        await clock.sleep(pause, signal);
      }
    },
  };
}
