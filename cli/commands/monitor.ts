import { Command, InvalidArgumentError } from "commander";
import { IllegalArgumentError } from "../../shared/errors/index.js";
import { parseCount } from "../arguments.js";
import { DEFAULT_PORT } from "../console/server/index.js";
import { type TargetOptions, withApplication, withTarget } from "../deployed/target.js";
import type { MonitorFeed } from "../monitor/feed.js";
import { onStopSignals } from "../stop-signals.js";

interface MonitorOptions extends TargetOptions {
  readonly json?: boolean;
  readonly batches?: number;
}

const AFTER_HELP = `
In a terminal it draws in place and follows its size; q or Ctrl-C ends it. Elsewhere it prints a line for each batch that
has ended. With --json each line is an object: { "type": "app", ... } or { "type": "batch", ... }, see docs/console.md.

Examples:
  sluice monitor
  sluice monitor http://127.0.0.1:4041
  sluice monitor --stack sluice-word-count --json | jq 'select(.type == "batch") | .processingTime'`;

export function monitorCommand(): Command {
  return withTarget(new Command("monitor"))
    .summary("watch an application in the terminal")
    .description("Shows rates, delays, lag, the last batches and errors of a running application.")
    .argument(
      "[url]",
      `the address that \`sluice run\` prints (default: http://127.0.0.1:${DEFAULT_PORT})`,
      parseAddress,
    )
    .option("--json", "print an object a line instead")
    .option("--batches <n>", "end after so many batches have ended (default: when the application ends)", parseCount)
    .addHelpText("after", AFTER_HELP)
    .action(monitor);
}

/** @throws {InvalidArgumentError} for what is no address. */
function parseAddress(text: string): string {
  const url = /^\d{1,5}$/.test(text) ? `http://127.0.0.1:${text}` : text;
  if (/^http:\/\/\S+$/.test(url) && URL.canParse(url)) return new URL(url).origin;
  throw new InvalidArgumentError("Addresses look like http://127.0.0.1:4040.");
}

async function monitor(url: string | undefined, options: MonitorOptions): Promise<void> {
  const isDeployed = [options.stack, options.application, options.endpoint, options.region].some(
    (one) => one !== undefined,
  );
  if (isDeployed && url !== undefined) {
    throw new IllegalArgumentError(
      "Either the address of a local application, or where the deployed one is: not both.",
    );
  }
  if (!isDeployed) {
    const { httpFeed } = await import("../monitor/http-feed.js");
    return watch(httpFeed(url ?? `http://127.0.0.1:${DEFAULT_PORT}`), options);
  }
  await withApplication("monitor", undefined, options, async (_session, application) => {
    const { deployedViews, portsOf } = await import("../console/deployed-views.js");
    const { deployedFeed } = await import("../monitor/deployed-feed.js");
    const { replayCommandOf } = await import("../console/replay-command.js");
    const { ports, close } = portsOf(application);
    const views = deployedViews(application, ports, undefined, replayCommandOf("<program>", application, options));
    try {
      await watch(deployedFeed(`stack ${application.stack}`, views), options);
    } finally {
      close();
    }
  });
}

async function watch(feed: MonitorFeed, { json, batches }: MonitorOptions): Promise<void> {
  const { watchJson, watchLines, watchScreen } = await import("../monitor/watch.js");
  const stop = new AbortController();
  onStopSignals(() => stop.abort());
  const follow = json === true ? watchJson : process.stdout.isTTY ? watchScreen : watchLines;
  await follow(feed, { batches }, stop);
}
