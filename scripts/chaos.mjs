// Chaos with real processes, in local mode and on the emulators. docs/reliability.md says what is done. Runs the TypeScript
// of test/chaos as it is.
import "../test/support/typescript-loader.mjs";

const { main } = await import("../test/chaos/main.ts");
process.exit(await main(process.argv.slice(2)));
