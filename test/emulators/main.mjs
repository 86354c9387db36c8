/** `npm run emulator`: the emulators as a program, for a terminal. Runs their TypeScript as it is. */
import "../support/typescript-loader.mjs";

const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
