/** What is to be known after a deployment. */
import type { ProgramDescription } from "../../shared/plan/index.js";
import type { DeployedApplication } from "./application.js";
import type { Health } from "./health.js";

/** What was made. */
export function applicationText({ stack, name, scheduler, table, bucket, streams }: DeployedApplication): string {
  const rows = [
    ["application", name],
    ["stack", stack],
    ["scheduler", scheduler],
    ["table", table],
    ["bucket", bucket],
    ...Object.entries(streams).map(([logical, real]) => [`stream ${logical}`, real]),
  ];
  const width = Math.max(...rows.map(([what = ""]) => what.length));
  return rows.map(([what = "", value]) => `${what.padEnd(width)}  ${value}`).join("\n");
}

/** When the new code runs, by how the application was while it was deployed. */
export function outlook(health: Health): string {
  switch (health) {
    case "running":
      return "The scheduler at work ends on the code it began with; the next one, within 15 minutes, runs this. At once: stop it, start it.";
    case "draining":
    case "stopping":
    case "stopped":
      return "It is stopped, as an operator has said; this runs when it is started.";
    default:
      return "It begins with the next tick of its schedule, within a minute.";
  }
}

/**
 * What to do next, as commands to be copied.
 * @param place options that say where, as they were given.
 */
export function nextSteps(
  program: string,
  { inputs }: Pick<ProgramDescription, "inputs">,
  { stack }: Pick<DeployedApplication, "stack">,
  place: string,
  health: Health,
): string {
  const streams = inputs.flatMap((input) => (input.type === "stream" ? [input] : []));
  const at = `--stack ${stack}${place}`;
  const steps = [
    ...streams.flatMap(({ stream, receiver }) => (receiver ? [] : [["feed it", `sluice put ${stream} FILE ${at}`]])),
    ...(streams.some(({ receiver }) => receiver) ? [["receive", `sluice receive ${program} ${at}`]] : []),
    ["look at it", `sluice status ${at}`],
    health === "stopped" ? ["start it", `sluice start ${at}`] : ["stop it", `sluice stop --graceful ${at}`],
    ["remove it", `sluice destroy ${stack}${place}`],
  ];
  return [
    `sluice: deployed. ${outlook(health)}`,
    ...steps.map(([what = "", command]) => `  ${what.padEnd(11)} ${command}`),
  ].join("\n");
}
