#!/usr/bin/env node
/** The `sluice` program: runs its command line and exits with the command's code. */
import { EXIT_BROKEN_PIPE, EXIT_FAILED } from "./exit-codes.js";
import { sluice } from "./sluice.js";

// Stacks name the lines of the user's program, not those of its bundle.
process.setSourceMapsEnabled(true);

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // `sluice run ... | head`: the checkpoint is safe at any moment, so there is nothing to finish.
  process.exit(error.code === "EPIPE" ? EXIT_BROKEN_PIPE : EXIT_FAILED);
});

const exitCode = await sluice(process.argv.slice(2));
// Not by running out of work: timers and connections that the program forgot must not keep it. Output is written out first.
process.stdout.write("", () => process.exit(exitCode));
