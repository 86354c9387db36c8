// The driver's processor time for batches of few, many and very many shards.
import { fileURLToPath } from "node:url";
import { result } from "./process.mjs";

const runner = fileURLToPath(new URL("../run-driver.mjs", import.meta.url));

export const SHARDS = { few: 10, many: 1_000, most: 10_000 };
const QUICK_SHARDS = { few: 10, many: 30, most: 100 };

export const driverCost = {
  sides({ quick }) {
    const shards = quick ? QUICK_SHARDS : SHARDS;
    const measure = (n, batches) => result({ command: process.execPath, args: [runner, String(n), String(batches)] });
    return {
      async sluice() {
        const [few, many, most] = [
          await measure(shards.few, quick ? 6 : 30),
          await measure(shards.many, quick ? 6 : 20),
          await measure(shards.most, quick ? 4 : 5),
        ];
        const slope = (a, b) => ((b.cpuMs - a.cpuMs) * 1_000) / (b.tasks - a.tasks);
        return {
          perTaskUs: most.perTaskUs,
          manyPerTaskUs: many.perTaskUs,
          fewMs: few.cpuMs,
          manyMs: many.cpuMs,
          mostMs: most.cpuMs,
          // How much more a further task costs among very many than among many: 1 is linear.
          growth: slope(many, most) / slope(few, many),
        };
      },
    };
  },
};
