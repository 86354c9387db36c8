import { IllegalArgumentError, milliseconds, type StreamingContext, seconds } from "../../shared/index.js";
import type { Driver } from "../../shared/scheduler/index.js";
import { nextTime } from "../../shared/scheduler/ticks.js";
import { isTimed, longSlides, momentAfter, rememberedAfter } from "../../shared/streaming/index.js";
import { graphOf, observe, program, type Seen, World } from "../engine/world.js";

describe("checks", () => {
  const build = (f: (ssc: StreamingContext) => unknown) => () => graphOf(program((ssc) => void f(ssc)));
  const pairs = (ssc: StreamingContext) => ssc.queueStream<[string, number]>([], { name: "input" });

  it.each([
    [
      "window",
      (ssc: StreamingContext) => pairs(ssc).window(milliseconds(1500)),
      /window.*multiple.*input.*1000 ms.*1500 ms/,
    ],
    ["slide", (ssc: StreamingContext) => pairs(ssc).window(seconds(2), milliseconds(1500)), /slide duration.*1500 ms/],
    ["zero", (ssc: StreamingContext) => pairs(ssc).window(seconds(0)), /window duration.*0 ms/],
    ["number", (ssc: StreamingContext) => pairs(ssc).window(2000 as never), /window duration.*2000/],
    [
      "slide of a slide",
      (ssc: StreamingContext) => pairs(ssc).window(seconds(2), seconds(2)).window(seconds(3)),
      /window-0.*2000 ms.*3000 ms/,
    ],
    [
      "counts",
      (ssc: StreamingContext) => pairs(ssc).countByWindow(seconds(2), milliseconds(10)),
      /countByWindow.*slide/,
    ],
    [
      "keys",
      (ssc: StreamingContext) => pairs(ssc).reduceByKeyAndWindow((a) => a, milliseconds(10)),
      /reduceByKeyAndWindow.*window/,
    ],
  ])("refuse a bad %s", (_name, make, message) => {
    expect(build(make)).toThrow(IllegalArgumentError);
    expect(build(make)).toThrow(message);
  });
});

describe("what is remembered, and how long", () => {
  it("adds up along a chain of windows, as in Spark", () => {
    const graph = graphOf(
      program((ssc) => {
        ssc
          .queueStream([], { name: "input" })
          .map((x) => x, { name: "mapped" })
          .window(seconds(2), seconds(1), { name: "inner" })
          .window(seconds(4), seconds(2), { name: "outer" })
          .print();
      }),
    );
    const after = rememberedAfter(graph, { time: 10_000, zeroTime: 0, covers: {} });
    // The next outer window is due at 12 s and begins after 8 s; its oldest inner one, of 9 s, begins after 7 s.
    expect([...after].map(([node, time]) => [node.uid, time])).toEqual([["mapped", 7_000]]);
  });

  it("keeps nothing of batches that no window will look at", () => {
    const graph = graphOf(
      program((ssc) => ssc.queueStream([], { name: "input" }).window(seconds(1), seconds(3)).print()),
    );
    const after = (time: number) => [...rememberedAfter(graph, { time, zeroTime: 0, covers: {} }).values()];
    expect([1, 2, 3, 4].map((t) => after(t * 1000))).toEqual([[2000], [2000], [5000], [5000]]);
  });

  it("waits for an aggregate that stands further back", () => {
    const graph = graphOf(
      program((ssc) => {
        const pairs = ssc.queueStream<[string, number]>([], { name: "input" });
        pairs.reduceByKeyAndWindow((a) => a, seconds(3), seconds(1), { inverse: (a) => a, name: "sums" }).print();
      }),
    );
    const moment = { time: 9_000, zeroTime: 0, covers: { sums: { after: 2_000, upTo: 5_000 } } };
    expect([...rememberedAfter(graph, moment).values()]).toEqual([2_000]);
    expect(momentAfter(graph, moment, 10_000).covers).toEqual({ sums: { after: 7_000, upTo: 10_000 } });
  });
});

describe("late ticks", () => {
  it("are not coalesced past a slide", () => {
    const next = (last: number, now: number, slides: number[]) => nextTime(0, 1000, last, now, "coalesce", slides);
    expect(next(1000, 9500, [])).toBe(9000);
    expect(next(1000, 9500, [4000])).toBe(4000);
    expect(next(4000, 9500, [4000])).toBe(8000);
    expect(next(8000, 9500, [4000])).toBe(9000);
    expect(next(1000, 9500, [4000, 3000])).toBe(3000);
    expect(next(9000, 9500, [4000])).toBe(10_000);
    expect(nextTime(0, 1000, 1000, 9500, "replay", [4000])).toBe(2000);
  });

  it("are replayed by default where the program looks at time", () => {
    const graph = (f: (ssc: StreamingContext) => unknown) => graphOf(program((ssc) => void f(ssc)));
    const windowed = graph((ssc) => ssc.queueStream([]).window(seconds(4), seconds(2)).print());
    expect([isTimed(windowed), longSlides(windowed)]).toEqual([true, [2000]]);
    const plain = graph((ssc) => {
      const stream = ssc.queueStream([]);
      stream.print();
      stream.window(seconds(2)); // Nothing depends on it.
    });
    expect([isTimed(plain), longSlides(plain)]).toEqual([false, []]);
  });

  it.each([
    ["default", {}, [2000, 4000, 6000, 8000, 10_000]],
    ["coalesce", { catchUp: "coalesce" as const }, [2000, 4000, 6000, 8000, 10_000]],
  ])("after a pause: %s", async (_name, options, times) => {
    const world = new World();
    const seen: Seen<unknown> = new Map();
    const committed: number[] = [];
    const app = program(
      (ssc) => {
        const stream = ssc.queueStream(
          Array.from({ length: 20 }, (_, i) => [i]),
          { name: "input" },
        );
        observe(ssc, stream.countByWindow(seconds(4), seconds(2)), seen);
      },
      { ...options, ...("catchUp" in options ? {} : { catchUp: undefined as never }) },
    );
    const listener = { onBatchCommitted: ({ time }: { time: number }) => void committed.push(time) };
    const first: Driver = world.driver(app, { batches: 2, listener });
    await first.run();
    await world.clock.sleep(7_500);
    await world.driver(app, { batches: "catchUp" in options ? 5 : 8, listener }).run();
    expect([...seen.keys()]).toEqual(times);
    expect(committed).toEqual(
      "catchUp" in options
        ? [1000, 2000, 4000, 6000, 8000, 9000, 10_000]
        : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((t) => t * 1000),
    );
  });
});
