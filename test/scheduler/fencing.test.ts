/** Several drivers of one application at a time: zombies, duplicates, slow ones. One of them counts. */
import fc from "fast-check";
import { readHead } from "../../shared/checkpoint/index.js";
import { FencedError } from "../../shared/index.js";
import type { Invoker } from "../../shared/ports/index.js";
import { observe, type Ports, program, type Seen, World } from "../engine/world.js";
import { BATCHES, Life } from "./life.js";
import { reachable } from "./reachable.js";

const outcomeOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => "done",
    (error: unknown) => error,
  );

describe("a driver that is replaced while a batch of its runs", () => {
  it("gets a FencedError and commits nothing; the other one goes on from the same head", async () => {
    const world = new World();
    const numbers = [[1], [2], [3], [4]];
    const app = (seen: Seen<[string, number]>) =>
      program((ssc) => {
        const sums = ssc
          .queueStream(numbers)
          .mapToPair((n) => ["sum", n])
          .updateStateByKey<number>((values, total = 0) => values.reduce((a, b) => a + b, total));
        observe(ssc, sums, seen);
      });
    const [older, newer]: Seen<[string, number]>[] = [new Map(), new Map()];
    let calls = 0;
    const slow = (inner: Invoker): Invoker => ({
      parallelism: inner.parallelism,
      async invoke(target, request) {
        const reply = await inner.invoke(target, request);
        // In the middle of the second batch of the older one, the newer one takes over and does two batches.
        if (++calls === 2) await world.run(app(newer as Seen<[string, number]>), { batches: 2 });
        return reply;
      },
    });
    const outcome = await outcomeOf(world.run(app(older as Seen<[string, number]>), { batches: 4, invoker: slow }));
    expect(outcome).toBeInstanceOf(FencedError);
    expect((outcome as FencedError).message).toContain("has taken over job-test; this one stops. Nothing is lost.");
    expect([...(older as Seen<unknown>)]).toEqual([[1000, [["sum", 1]]]]);
    // The newer one cannot know that the first batch's outputs were sent: no commit has said so.
    expect([...(newer as Seen<unknown>)]).toEqual([
      [1000, [["sum", 1]]],
      [2000, [["sum", 3]]],
      [3000, [["sum", 6]]],
    ]);
    const [newest] = await reachable(world, 100);
    expect(newest).toMatchObject({ time: 3000, batches: 3 });
    expect(await readHead(world.table, "job-test")).toMatchObject({ token: 2, manifest: newest?.id, out: 3000 });
  });

  it("commits nothing either when the other one has only taken the head", async () => {
    const world = new World();
    const app = program((ssc) => observe(ssc, ssc.queueStream([[1], [2]]), new Map()));
    let calls = 0;
    const outcome = await outcomeOf(
      world.run(app, {
        batches: 2,
        invoker: (inner) => ({
          parallelism: 1,
          async invoke(target, request) {
            if (++calls === 2) await world.run(app, { batches: 0 });
            return inner.invoke(target, request);
          },
        }),
      }),
    );
    expect(outcome).toBeInstanceOf(FencedError);
    expect(await reachable(world, 100)).toHaveLength(1);
  });
});

/** Ports whose calls take effect late, and answer later. */
function slow(world: World, delays: readonly number[]): Ports {
  let call = 0;
  const delay = (): Promise<void> => world.clock.sleep(delays[call++ % delays.length] ?? 0);
  const guard = (port: object): object =>
    new Proxy(port, {
      get(target, name) {
        const member = Reflect.get(target, name, target) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]): Promise<unknown> => {
          await delay();
          const result = await member.apply(target, args);
          await delay();
          return result;
        };
      },
    });
  const { blocks, table, streams, files } = world.ports;
  const late = Object.entries({ blocks, table, streams, files }).map(([name, port]) => [name, guard(port)]);
  return { ...world.ports, ...Object.fromEntries(late) };
}

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

describe(`drivers that start at any time and are slow at any point (SEED=${seed})`, () => {
  it("end well or fenced, and the application is exact", async () => {
    const driver = fc.record({
      start: fc.integer({ min: 0, max: 4000 }),
      // A prime number of delays, so that the same call waits differently the next time.
      delays: fc.array(fc.constantFrom(0, 0, 0, 1, 5, 40, 300, 1500), { minLength: 7, maxLength: 7 }),
      count: fc.integer({ min: 1, max: 2 }),
      isolated: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(driver, { minLength: 2, maxLength: 4 }), async (drivers) => {
        const life = new Life();
        const { world } = life;
        await life.prepare();
        const outcomes = await Promise.all(
          drivers.map(async ({ start, delays, ...executors }) => {
            await world.clock.sleep(start);
            const left = BATCHES - (await life.committed());
            const run = world.driver(life.app, {
              batches: Math.max(0, left),
              executors,
              ports: slow(world, delays),
              listener: { onBatchCommitted: () => void ((run.manifest?.batches ?? 0) >= BATCHES && run.stop(false)) },
            });
            return outcomeOf(run.run());
          }),
        );
        for (const outcome of outcomes) if (outcome !== "done") expect(outcome).toBeInstanceOf(FencedError);
        await world.run(life.app, { batches: Math.max(0, BATCHES - (await life.committed())) });
        await life.expectExact();
      }),
      { seed, numRuns: 80 },
    );
  }, 60_000);
});
