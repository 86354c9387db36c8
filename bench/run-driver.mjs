// What a batch costs the driver. usage: run-driver.mjs SHARDS BATCHES; prints one RESULT line. See driver/measure.ts.
import "../test/support/typescript-loader.mjs";
import { summary } from "./harness/statistics.mjs";

const [shards, batches] = process.argv.slice(2).map(Number);
const { measureDriver } = await import("./driver/measure.ts");
const measured = await measureDriver(shards, batches);
const warm = measured.slice(Math.max(1, Math.floor(batches / 3)));
const cpu = summary(warm.map(({ cpuMillis }) => cpuMillis)).median;
const { tasks } = warm.at(-1);
console.log(
  `RESULT shards=${shards} tasks=${tasks} cpuMs=${cpu.toFixed(3)} perTaskUs=${((cpu * 1000) / tasks).toFixed(1)}`,
);
process.exit();
