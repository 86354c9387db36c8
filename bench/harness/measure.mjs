/** What must be the same on both sides for a row to count. */
const SAME = ["mode", "batches", "partitions", "keys", "checksum"];

/**
 * Runs all sides of a measurement, taking turns, so that what else the machine does hits them all.
 * @returns the figures of each run, by side.
 */
export async function measure(measurement, { quick, runs, withSpark, progress }) {
  const sides = Object.entries(measurement.sides({ quick })).filter(([name]) => withSpark || name !== "spark");
  const measured = { sluice: [], spark: [], limit: [] };
  for (let run = 1; run <= runs; run++) {
    for (const [name, side] of sides) {
      progress(`run ${run} of ${runs}, ${name}`);
      measured[name].push(await side());
    }
  }
  return measured;
}

/** What differs between runs that should have done the same; `undefined`: nothing. */
export function difference({ sluice, spark, limit }) {
  const all = [...sluice, ...spark, ...limit];
  return SAME.find((name) => {
    const values = new Set(all.map((figures) => figures[name]).filter((value) => value !== undefined));
    return values.size > 1;
  });
}
