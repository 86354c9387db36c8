import type { DeployedApplication } from "../deployed/application.js";
import { type PlaceOptions, placeArguments } from "../deployed/place.js";
import { quoted } from "../shell-word.js";

/** The command that runs a batch of a deployed application again, on this machine. */
export function replayCommandOf(
  program: string,
  { stack, name }: Pick<DeployedApplication, "stack" | "name">,
  place: PlaceOptions,
): (time: number) => string {
  return (time) =>
    `npx sluice replay ${quoted(program)} --batch ${time} --stack ${quoted(stack)} --application ${quoted(name)}${placeArguments(place)}`;
}

/** The command for an application on this machine. */
export function localReplayCommand(program: string, checkpoint: string): (time: number) => string {
  return (time) => `npx sluice replay ${quoted(program)} --batch ${time} --checkpoint ${quoted(checkpoint)}`;
}
