/** Settings of a deployment, as options: their names are those of the context that `infra` reads. */
import { type Command, Option } from "commander";
import { parseCount, parseSize, parseUrl } from "../arguments.js";

const SETTINGS: readonly Option[] = [
  new Option("--shards <n>", "shards of each new stream (default: 1)").argParser(parseCount),
  new Option("--slots <n>", "functions that keep state warm, 0 to 32 (default: 4)").argParser(parseSize),
  new Option("--parallelism <n>", "executors at work at a time (default: 8)").argParser(parseCount),
  new Option("--memory <megabytes>", "memory of each executor (default: 1769, one core)").argParser(parseCount),
  new Option("--scheduler-memory <megabytes>", "memory of the scheduler (default: 1024)").argParser(parseCount),
  new Option("--daily-cost <dollars>", "cost of a day above which an alarm rises (default: 10)").argParser(parseCount),
  new Option("--wake-up", "start a sleeping application within seconds of a record"),
  new Option("--traces <url>", "collector of OpenTelemetry that gets a trace of each batch").argParser(parseUrl),
  new Option("--xray", "trace the functions' invocations by AWS X-Ray"),
  new Option("--removal <what>", "what `sluice destroy` does with the data (default: retain)").choices([
    "retain",
    "destroy",
  ]),
];

export function withSettings(command: Command): Command {
  return SETTINGS.reduce((so, setting) => so.addOption(setting), command);
}

/** The settings among the options that were given, as context. */
export function settingsIn(options: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const given = SETTINGS.map((setting) => setting.attributeName()).filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, String(options[name])]));
}
