/** What cdk.json runs: builds what has changed, then synthesises the application that context names. */
import { ensureBuilt, ensureInstalled } from "./ensure-built.mjs";

ensureInstalled();
ensureBuilt();
const { applicationApp } = await import("../dist/cdk.js");
try {
  applicationApp().synth();
} catch (error) {
  // What is wrong with the program or the settings is for its author; the stack is ours.
  if (error.name !== "IllegalArgumentError") throw error;
  console.error(`sluice: ${error.message}`);
  process.exitCode = 1;
}
