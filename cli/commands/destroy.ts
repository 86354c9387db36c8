import { Command } from "commander";
import { confirmByTyping } from "../deployed/confirm.js";
import { dataFates, formatFates } from "../deployed/data-fate.js";
import { type PlaceOptions, withPlace } from "../deployed/place.js";
import { reach } from "../deployed/target.js";
import { say } from "../say.js";

const AFTER_HELP = `
Says first what becomes of table, bucket and streams: they are kept, unless the stack was deployed with --removal destroy.
Deploying again makes new ones beside them. Resources that were there before the stack are always kept.

Examples:
  sluice destroy sluice-word-count
  sluice destroy sluice-word-count --yes --endpoint http://127.0.0.1:4566`;

interface DestroyOptions extends PlaceOptions {
  readonly yes?: boolean;
}

/** How long an application may take to stop before its table goes, milliseconds. */
const STOP_MILLIS = 30_000;

export function destroyCommand(): Command {
  return withPlace(new Command("destroy"))
    .summary("delete the stack of a deployed application")
    .description("Deletes the stack of a deployed application.")
    .argument("<stack>", "name of the stack")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", AFTER_HELP)
    .action(destroy);
}

async function destroy(stackName: string, options: DestroyOptions): Promise<void> {
  reach("destroy", options);
  const { allApplications } = await import("../deployed/find-application.js");
  const { StackToDelete } = await import("../deployed/delete-stack.js");
  const { stopBeforeRemoval } = await import("../deployed/stop-before-removal.js");
  const { SystemClock } = await import("../../shared/system/index.js");
  const applications = await allApplications(stackName);
  const stack = new StackToDelete(stackName);
  try {
    const [template, logicalIds] = [await stack.template(), await stack.logicalIds()];
    for (const application of applications) {
      const fates = dataFates(application, template, logicalIds);
      process.stderr.write(`${application.name}, in stack ${stackName}:\n${formatFates(fates)}\n`);
    }
    if (options.yes !== true) await confirmByTyping(stackName);
    for (const application of applications) {
      await stopBeforeRemoval(application, dataFates(application, template, logicalIds), STOP_MILLIS, say);
    }
    await stack.delete(new SystemClock(), say);
    say(`stack ${stackName} is deleted`);
  } finally {
    stack.close();
  }
}
