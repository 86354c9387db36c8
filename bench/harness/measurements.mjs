// Measurements that several rows take figures from, and how to put two side by side.
import { batches } from "./batches.mjs";
import { text, tiny } from "./inputs.mjs";

export const wordCount = batches({ mode: "wc", input: text, count: 20, interval: 1_000, withLimit: true });

/** Enough of them for a p99 that is not the worst of a few. */
export const tinyBatches = batches({ mode: "wc", input: tiny, count: 300, interval: 100, quick: { count: 10 } });

/** The figures of one measurement, and those of Sluice in another under a name. */
export function beside(measurement, name, other) {
  return {
    sides(options) {
      const sides = measurement.sides(options);
      const otherSluice = other.sides(options).sluice;
      return {
        ...sides,
        async sluice() {
          const figures = await sides.sluice();
          const others = await otherSluice();
          if (others.checksum !== figures.checksum) throw new Error(`${name}: the checksums differ`);
          const named = Object.entries(others).map(([figure, value]) => [`${name}.${figure}`, value]);
          return { ...figures, ...Object.fromEntries(named) };
        },
      };
    },
  };
}
