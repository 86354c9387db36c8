/** What windows and mapWithState keep stays bounded, and nothing is deleted that a restart still needs. */
import type { StreamingContext } from "../../shared/index.js";
import { type State, StateSpec, seconds } from "../../shared/index.js";
import { observe, program, type Seen, World } from "../engine/world.js";

const BATCHES = 200;
const RETAIN = 5;
const WINDOW = 10;

/** Keys come and go; each batch is large enough to become an object. */
const input = Array.from({ length: BATCHES }, (_, i) =>
  Array.from({ length: 30 }, (_k, k) => [`user ${i + k} ${"x".repeat(20)}`, 1] as [string, number]),
);

const app = (seen: Seen<unknown>) =>
  program(
    (ssc: StreamingContext) => {
      const pairs = ssc.queueStream(input, { name: "input", numPartitions: 2 });
      const add = (a: number, b: number): number => a + b;
      const sums = pairs.reduceByKeyAndWindow(add, seconds(WINDOW), seconds(2), { name: "sums", numPartitions: 3 });
      observe(ssc, sums, seen, "sums-seen");
      const running = pairs.reduceByKeyAndWindow(add, seconds(WINDOW), seconds(1), {
        inverse: (a, b) => a - b,
        filter: ([, n]) => n > 0,
        name: "running",
      });
      observe(ssc, running, new Map(), "running-seen");
      const sessions = StateSpec.function((key: string, _one: number | undefined, state: State<number>) => {
        if (state.isTimingOut()) return key;
        state.update((state.getOption() ?? 0) + 1);
        return undefined;
      }).timeout(seconds(3));
      observe(ssc, pairs.mapWithState(sessions, { name: "sessions" }), new Map(), "sessions-seen");
    },
    { retainBatches: RETAIN },
  );

describe("retention", () => {
  it("keeps storage and manifests as small after 200 batches as after 50, over restarts", async () => {
    const world = new World();
    const sizes: { objects: number; items: number; kept: number; keys: number }[] = [];
    const seen: Seen<unknown> = new Map();
    for (let batches = 0; batches < BATCHES; batches += 50) {
      const driver = world.driver(app(seen), { batches: 50, executors: { count: 2, isolated: true } });
      await driver.run();
      const { manifest } = driver;
      sizes.push({
        objects: (await world.blocks.list("")).length,
        items: (await world.table.query("job-test", "")).length,
        kept: Object.values(manifest?.kept ?? {}).flat().length,
        keys: Object.values(manifest?.state ?? {})
          .flatMap((meta) => meta.partitions)
          .reduce((sum, partition) => sum + partition.keys, 0),
      });
    }
    expect(seen.size).toBe(BATCHES / 2);
    const [first, ...later] = sizes as [(typeof sizes)[0], ...typeof sizes];
    expect(first.kept).toBeLessThanOrEqual(2 * WINDOW);
    for (const size of later) {
      expect(size.kept).toBe(first.kept);
      expect(size.keys).toBe(first.keys);
      expect(Math.abs(size.objects - first.objects)).toBeLessThanOrEqual(10);
      expect(Math.abs(size.items - first.items)).toBeLessThanOrEqual(10);
    }
  }, 60_000);
});
