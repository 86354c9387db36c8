/** How long a command waits until what it asked for is so. */
import { type Command, Option } from "commander";
import type { Duration } from "../../shared/time/index.js";
import { parseDuration } from "../arguments.js";

export interface Patience {
  /** False: not at all. */
  readonly wait: boolean;
  readonly timeout: Duration;
}

export function withPatience(command: Command, timeout: string): Command {
  return command
    .option("--no-wait", "do not wait until it is so")
    .addOption(
      new Option("--timeout <duration>", "longest wait: 30s, 2m")
        .argParser(parseDuration)
        .default(parseDuration(timeout), timeout),
    );
}

export function patienceMillis({ wait, timeout }: Patience): number {
  return wait ? timeout.milliseconds : 0;
}
