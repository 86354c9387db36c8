/** Rows about slices of past batches: the input runs for as many batches as it has, then the driver is asked for slices. */
import { milliseconds } from "../../shared/index.js";
import { program, World } from "../engine/world.js";
import type { Case } from "./case.js";
import { comparable, comparisonOf } from "./compare.js";

/** @throws what Jest's expectations throw when Sluice and the row differ */
export async function runSliceCase(row: Case): Promise<void> {
  const input = row.input ?? [];
  const batchDuration = milliseconds(row.batchDurationMs);
  const app = program(
    (ssc) => {
      ssc.remember(milliseconds(row.batchDurationMs * input.length));
      ssc.queueStream(input, { name: "input", numPartitions: row.inputPartitions }).foreachRDD(() => {});
    },
    { batchDuration },
  );
  // Spark computes batches on demand whose time has not come yet; here a batch is there when it has run.
  const driver = new World().driver(app, { batches: input.length });
  await driver.run();
  const node = driver.graph.nodes[0];
  if (!node) throw new Error("The program has no stream.");
  const comparison = comparisonOf(row);
  for (const { fromMs, toMs, expected } of row.slices ?? []) {
    const rdds = await driver.slice(node, fromMs, toMs);
    const values = rdds.flatMap(({ partitions }) => partitions.flat());
    expect(comparable(values, comparison)).toEqual(comparable(expected, comparison));
    const times = rdds.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const { partitions } of rdds) expect(partitions).toHaveLength(row.inputPartitions);
  }
}
