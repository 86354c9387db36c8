/**
 * The emulators from the command line.
 *
 *   npm run emulator                      all services behind one URL, until Ctrl-C
 *   npm run emulator -- --port 4566       at this port
 *   npm run emulator -- --speed 30        schedules run 30 times as fast
 *   npm run emulator -- --demo            deploys the word count, feeds it, shows what it has counted, and ends
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { demonstrate } from "./demo.js";
import { startStack } from "./stack.js";

/** Every minute is every two seconds: nobody wants to watch a minute of nothing. */
const DEMO_SPEED = 30;

/** @returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { port: { type: "string" }, speed: { type: "string" }, demo: { type: "boolean", default: false } },
  });
  const stack = await startStack({
    port: Number(values.port ?? 0),
    scheduleSpeed: Number(values.speed ?? (values.demo ? DEMO_SPEED : 1)),
    log: (message) => console.error(`emulator: ${message}`),
  });
  try {
    if (values.demo) return await demonstrate(stack);
    console.log(
      Object.entries(stack.env)
        .map(([name, value]) => `export ${name}=${value}`)
        .join("\n"),
    );
    console.error(
      "emulator: ready. Copy the lines above into another terminal, then: npx cdk deploy -c app=examples/deployed-word-count.ts",
    );
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    return 0;
  } finally {
    await stack.stop();
  }
}
