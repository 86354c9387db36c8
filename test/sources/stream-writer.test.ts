import { StreamNotFoundError, ThrottledError } from "../../shared/errors/index.js";
import { MemoryConsole, VirtualClock } from "../../shared/simulation/index.js";
import { RateLimiter } from "../../shared/sources/index.js";
import { StreamWriter } from "../../shared/sources/stream-writer.js";
import { linesOf, refuse, turns, WatchedStreams } from "./support.js";

const text = (...lines: string[]) => lines.map((line) => Buffer.from(line));
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i));

async function open({ shards = 1, autoAdvance = true, maxRate = Number.POSITIVE_INFINITY } = {}) {
  const clock = new VirtualClock({ autoAdvance });
  const streams = new WatchedStreams(clock);
  const console = new MemoryConsole();
  await streams.create("s", shards);
  const limiter = new RateLimiter(clock, maxRate);
  return {
    clock,
    streams,
    console,
    limiter,
    writer: new StreamWriter({ stream: "s", streams, clock, console, limiter }),
  };
}

describe("StreamWriter", () => {
  it("puts at most 500 records a call", async () => {
    const { streams, writer } = await open();
    await writer.write(text(...numbers(0, 1203)));
    expect(streams.calls.map((call) => call.length)).toEqual([500, 500, 203]);
    expect(await linesOf(streams, "s")).toEqual(numbers(0, 1203));
  });

  it("puts at most 5 MiB a call, partition keys included", async () => {
    const { streams, writer } = await open();
    await writer.write(Array.from({ length: 12 }, () => Buffer.alloc(1024 * 1024 - 64)));
    // As data alone, 500 of these would fit.
    await writer.write(Array.from({ length: 500 }, () => Buffer.alloc(10_485)));
    expect(streams.calls.map((call) => call.length)).toEqual([5, 5, 2, 497, 3]);
    for (const call of streams.calls) {
      const bytes = call.reduce((sum, { data, partitionKey }) => sum + data.length + partitionKey.length, 0);
      expect(bytes).toBeLessThanOrEqual(5 * 1024 * 1024);
    }
  });

  it("keeps the order of writes that overlap, one call at a time, and puts together what waits", async () => {
    const { streams, writer } = await open();
    const release = streams.hold();
    const order: number[] = [];
    const writes = [0, 1].map((i) => writer.write(text(String(i))).then(() => order.push(i)));
    await turns();
    for (let i = 2; i < 300; i++) writes.push(writer.write(text(String(i))).then(() => order.push(i)));
    await turns();
    expect(order).toEqual([]);
    release();
    await Promise.all(writes);
    expect(order).toEqual(order.map((_, i) => i));
    expect(await linesOf(streams, "s")).toEqual(numbers(0, 300));
    expect(streams.calls.map((call) => call.length)).toEqual([2, 298]);
    expect(streams.mostUnderWay).toBe(1);
  });

  it("puts refused entries again, in their order and before later ones, and resolves only then", async () => {
    const { clock, streams, console, writer } = await open({ autoAdvance: false });
    let refusals = 2;
    streams.intervene = (entries, put) => (refusals-- > 0 ? refuse(entries, put, (_, i) => i % 3 > 0) : put(entries));
    const first = writer.write(text("a", "B", "C", "d", "E"));
    const settled = { first: false };
    void first.then(() => {
      settled.first = true;
    });
    await turns();
    const second = writer.write(text("later"));
    await clock.advance(99);
    expect(streams.calls).toHaveLength(1);
    await clock.advance(1); // 100 ms after the first refusal: B C E, of which C and E are refused again
    expect(streams.calls).toHaveLength(2);
    await clock.advance(199);
    expect(settled.first).toBe(false);
    await clock.advance(1);
    await Promise.all([first, second]);
    expect(await linesOf(streams, "s")).toEqual(["a", "d", "B", "C", "E", "later"]);
    expect(console.logged).toEqual([
      {
        level: "warn",
        message:
          "Records cannot be put into stream s and are tried again: ProvisionedThroughputExceededException: Rate exceeded",
        details: { stream: "s", records: 3 },
      },
      expect.objectContaining({ details: { stream: "s", records: 2 } }),
    ]);
  });

  it.each([
    ["a throttled call", new ThrottledError("slow down")],
    ["a broken connection", new Error("ECONNRESET")],
  ])("tries again after %s, however often, with pauses of at most 2 s", async (_what, error) => {
    const { clock, streams, writer } = await open();
    const times: number[] = [];
    streams.intervene = async (entries, put) => {
      times.push(clock.now());
      if (times.length <= 10) throw error;
      return put(entries);
    };
    await writer.write(text("a", "b"));
    expect(await linesOf(streams, "s")).toEqual(["a", "b"]);
    expect(times.slice(1).map((time, i) => time - (times[i] ?? 0))).toEqual([
      100, 200, 400, 800, 1600, 2000, 2000, 2000, 2000, 2000,
    ]);
  });

  it("rejects what trying again cannot mend, and goes on with what comes after", async () => {
    const { streams, writer } = await open();
    await streams.deleteStream("s");
    await expect(writer.write(text("lost"))).rejects.toThrow(StreamNotFoundError);
    await streams.create("s", 1);
    await writer.write(text("kept"));
    expect(await linesOf(streams, "s")).toEqual(["kept"]);
  });

  it("rejects a write when any part of it failed, after its last part", async () => {
    const { streams, writer } = await open();
    streams.intervene = async (entries, put) => {
      if (streams.calls.length === 1) throw new StreamNotFoundError("s");
      return put(entries);
    };
    await expect(writer.write(text(...numbers(0, 700)))).rejects.toThrow(StreamNotFoundError);
    expect(await linesOf(streams, "s")).toEqual(numbers(500, 700));
  });

  it("tells when there is room", async () => {
    const { streams, writer } = await open();
    const release = streams.hold();
    const write = writer.write([Buffer.alloc(100), Buffer.alloc(50)]);
    await writer.room(150);
    let hasRoom = false;
    const room = writer.room(149).then(() => {
      hasRoom = true;
    });
    await turns();
    expect(hasRoom).toBe(false);
    release();
    await Promise.all([write, room]);
    await writer.room(0);
  });

  it("keeps to the rate, in portions of a fifth of a second", async () => {
    const { clock, streams, limiter, writer } = await open({ maxRate: 100 });
    const times: number[] = [];
    streams.intervene = (entries, put) => {
      times.push(clock.now());
      return put(entries);
    };
    await writer.write(text(...numbers(0, 100)));
    expect(streams.calls.map((call) => call.length)).toEqual([20, 20, 20, 20, 20]);
    expect(times).toEqual([0, 200, 400, 600, 800]);
    limiter.updateRate(10);
    await writer.write(text("a", "b", "c", "d"));
    expect(times.slice(5)).toEqual([1000, 1200]);
  });

  describe("closes", () => {
    it("when all is durable, without waiting for the rate", async () => {
      const { streams, writer } = await open({ maxRate: 1, autoAdvance: false });
      const write = writer.write(text(...numbers(0, 50)));
      await turns();
      expect(streams.calls).toHaveLength(1);
      await writer.close();
      await write;
      expect(await linesOf(streams, "s")).toEqual(numbers(0, 50));
    });

    it("in bounded time when the stream takes nothing", async () => {
      const { clock, streams, writer } = await open();
      streams.intervene = (entries, put) => refuse(entries, put, () => true);
      const write = writer.write(text("a"));
      const rejected = expect(write).rejects.toThrow(ThrottledError);
      await writer.close();
      await rejected;
      expect(streams.calls).toHaveLength(3);
      expect(clock.now()).toBeLessThan(1000);
    });
  });
});
