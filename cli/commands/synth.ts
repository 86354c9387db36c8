import { readFileSync } from "node:fs";
import { Command } from "commander";
import { builtFile } from "../../shared/local/package-root.js";
import { CDK_PACKAGES, requirePackages } from "../deployed/packages.js";

const AFTER_HELP = `
The CDK runs this, to learn what is to be deployed; it says which program by its context. With a cdk.json of your own

  { "app": "npx sluice synth" }

all commands of the CDK work on a program:

  npx cdk diff -c app=src/word-count.ts
  npx cdk deploy -c app=src/word-count.ts -c shards=2`;

export function synthCommand(): Command {
  return new Command("synth")
    .summary("be the app that the CDK's command line runs")
    .description("Writes the template of a program's stack for the CDK's command line.")
    .addHelpText("after", AFTER_HELP)
    .action(async () => {
      requirePackages("sluice synth", CDK_PACKAGES);
      // Not a room of this one: the CDK is loaded by whoever synthesises, and nobody else.
      const { applicationApp } = (await import(builtFile("cdk.js").href)) as typeof import("sluice/cdk");
      applicationApp(features()).synth();
    });
}

/** As cdk.json of this package has them; what the CDK's command line says goes before them. */
function features(): Readonly<Record<string, unknown>> {
  const file = new URL("../cdk.json", builtFile("index.js"));
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly context: Readonly<Record<string, unknown>> }).context;
}
