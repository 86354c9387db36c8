import {
  IllegalArgumentError,
  IllegalStateError,
  NotSerializableError,
  StreamNotFoundError,
  UserCodeError,
  ValueTooLargeError,
} from "../../shared/errors/index.js";
import { MemoryConsole, VirtualClock } from "../../shared/simulation/index.js";
import { MAX_DATA_BYTES, type ReceiverEvent, type ReceiverOptions, runReceiver } from "../../shared/sources/index.js";
import { Receiver } from "../../shared/streaming/index.js";
import { refuse, turns, valuesOf, WatchedStreams } from "./support.js";

/** Writes down when it is started and stopped. */
class Recorder extends Receiver<unknown> {
  readonly calls: string[] = [];
  starting: () => void | Promise<void> = () => {};
  stopping: () => void | Promise<void> = () => {};

  constructor(private readonly clock: VirtualClock) {
    super();
  }

  onStart(): void | Promise<void> {
    this.calls.push(`start at ${this.clock.now()}`);
    return this.starting();
  }

  onStop(): void | Promise<void> {
    this.calls.push(`stop at ${this.clock.now()}`);
    return this.stopping();
  }
}

function open(options: Partial<ReceiverOptions> = {}) {
  const clock = new VirtualClock();
  const streams = new WatchedStreams(clock);
  const console = new MemoryConsole();
  const receiver = new Recorder(clock);
  const events: ReceiverEvent[] = [];
  const run = () =>
    runReceiver({
      spec: { type: "custom", make: () => receiver },
      streamId: 7,
      stream: "in",
      streams,
      clock,
      console,
      onEvent: (event) => events.push(event),
      ...options,
    });
  /** Runs it and waits until it has started. */
  const start = async () => {
    const running = run();
    await turns();
    return running;
  };
  return { clock, streams, console, receiver, events, run, start, eventTypes: () => events.map(({ type }) => type) };
}

describe("runReceiver", () => {
  describe("the stream", () => {
    it("is created with one shard, before the receiver starts", async () => {
      const { streams, receiver, run } = open();
      run();
      expect(receiver.calls).toEqual([]);
      await turns();
      expect(receiver.calls).toEqual(["start at 0"]);
      expect(await streams.listShards("in")).toHaveLength(1);
    });

    it("is left as it is when it is there", async () => {
      const { streams, start } = open({ shards: 3 });
      await streams.create("in", 2);
      await start();
      expect(await streams.listShards("in")).toHaveLength(2);
    });

    it("that cannot be opened is tried again", async () => {
      const { clock, streams, receiver, console, start } = open();
      const { create } = streams;
      streams.create = async () => {
        throw new Error("AccessDenied");
      };
      const running = await start();
      expect(running.info).toMatchObject({ status: "restarting", lastError: "AccessDenied", lastErrorTime: 0 });
      expect(console.logged[0]?.message).toBe(
        "Receiver 7 (Recorder into in): Stream in cannot be opened; starting again in 2000 ms: AccessDenied",
      );
      streams.create = create;
      await clock.advance(2000);
      await turns();
      expect(receiver.calls).toEqual(["start at 2000"]);
    });

    it("with one shard gets one partition key, so that the order is kept", async () => {
      const { streams, receiver, start } = open();
      await start();
      await receiver.storeAll([1, 2, 3]);
      expect(new Set(streams.calls.flat().map(({ partitionKey }) => partitionKey)).size).toBe(1);
    });

    it("with several shards gets records in all of them", async () => {
      const { streams, receiver, start } = open({ shards: 4 });
      await start();
      await receiver.storeAll(Array.from({ length: 200 }, (_, i) => i));
      const counts = await Promise.all(
        (await streams.listShards("in")).map(async ({ shardId }) => {
          const iterator = await streams.getIterator("in", shardId, { type: "trim-horizon" });
          return (await streams.getRecords(iterator, 1000)).records.length;
        }),
      );
      expect(Math.min(...counts)).toBeGreaterThan(20);
      expect(new Set(await valuesOf(streams, "in")).size).toBe(200);
    });
  });

  describe("store", () => {
    it("resolves when the record is durable, not before: only then may it be acknowledged", async () => {
      const { streams, receiver, start } = open();
      await start();
      const release = streams.hold();
      const acknowledged: unknown[] = [];
      for (const item of [{ n: 1 }, { n: 2 }]) void receiver.store(item).then(() => acknowledged.push(item));
      await turns();
      expect(streams.calls).toHaveLength(1);
      expect(acknowledged).toEqual([]);
      release();
      await turns();
      expect(acknowledged).toEqual([{ n: 1 }, { n: 2 }]);
      expect(await valuesOf(streams, "in")).toEqual([{ n: 1 }, { n: 2 }]);
    });

    it("keeps the order of items and calls", async () => {
      const { streams, receiver, start } = open();
      await start();
      const stores = [receiver.store(0), receiver.storeAll([1, 2]), receiver.storeAll([]), receiver.store(3)];
      await turns();
      stores.push(receiver.store(4));
      await Promise.all(stores);
      expect(await valuesOf(streams, "in")).toEqual([0, 1, 2, 3, 4]);
    });

    it("takes the item as it is now, whatever becomes of it", async () => {
      const { streams, receiver, start } = open();
      await start();
      const item = { n: 1 };
      const stored = receiver.store(item);
      item.n = 2;
      await stored;
      expect(await valuesOf(streams, "in")).toEqual([{ n: 1 }]);
    });

    it("resolves for what was refused at first", async () => {
      const { clock, streams, receiver, start } = open();
      await start();
      streams.intervene = (entries, put) => refuse(entries, put, (_, i) => streams.calls.length === 1 && i === 1);
      const stored = receiver.storeAll(["a", "b", "c"]);
      await turns();
      expect(await valuesOf(streams, "in")).toEqual(["a", "c"]);
      await clock.advance(100);
      await stored;
      expect(await valuesOf(streams, "in")).toEqual(["a", "c", "b"]);
    });

    it("rejects items that cannot be encoded, and stores the others", async () => {
      const { streams, receiver, console, start } = open();
      const running = await start();
      const bad = receiver.storeAll([1, () => 2, 3, Symbol("4")]);
      const good = receiver.store(5);
      await expect(bad).rejects.toThrow(NotSerializableError);
      await good;
      expect(await valuesOf(streams, "in")).toEqual([1, 3, 5]);
      expect(console.logged).toEqual([
        expect.objectContaining({
          level: "error",
          message: expect.stringMatching(
            /^Receiver 7 \(Recorder into in\): 2 of 4 records cannot be stored: a function/,
          ),
        }),
      ]);
      expect(running.info.lastErrorMessage).toBe("2 of 4 records cannot be stored");
    });

    it("rejects an item that is too large, naming its size and the limit, and stores the others", async () => {
      const { streams, receiver, start } = open();
      await start();
      // Two bytes say that it is a value, one that it is bytes, three how many.
      const largest = new Uint8Array(MAX_DATA_BYTES - 6);
      const tooLarge = new Uint8Array(MAX_DATA_BYTES - 5);
      const error: unknown = await receiver.storeAll(["a", tooLarge, largest, "b"]).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ValueTooLargeError);
      expect((error as ValueTooLargeError).details).toEqual({ bytes: MAX_DATA_BYTES + 1, limit: MAX_DATA_BYTES });
      expect((error as Error).message).toContain(
        `A record of ${MAX_DATA_BYTES + 1} bytes is too large: a stream takes records of at most ${MAX_DATA_BYTES} bytes`,
      );
      const values = await valuesOf(streams, "in");
      expect(values.map((value) => (typeof value === "string" ? value : (value as Uint8Array).length))).toEqual([
        "a",
        largest.length,
        "b",
      ]);
    });

    it("that nobody awaits brings nothing down, and says what was lost", async () => {
      const { streams, receiver, console, start } = open();
      await start();
      await streams.deleteStream("in");
      void receiver.store("lost");
      void receiver.store(() => {});
      await turns();
      expect(console.logged.map(({ message }) => message)).toEqual([
        expect.stringContaining("1 of 1 records cannot be stored: a function"),
        expect.stringContaining("not all of 1 records were stored: Stream in does not exist."),
      ]);
    });

    it("rejects when the stream is gone; a restart makes it again", async () => {
      const { clock, streams, receiver, start } = open();
      await start();
      await streams.deleteStream("in");
      await expect(receiver.store(1)).rejects.toThrow(StreamNotFoundError);
      receiver.restart("stream is gone", undefined, 10);
      await clock.advance(10);
      await turns();
      await receiver.store(2);
      expect(await valuesOf(streams, "in")).toEqual([2]);
    });

    it("waits for the rate", async () => {
      const { clock, streams, receiver, start } = open({ maxRate: 10 });
      const running = await start();
      let stored = 0;
      for (let i = 0; i < 6; i++) void receiver.store(i).then(() => stored++);
      await clock.advance(399);
      expect(stored).toBe(4);
      await clock.advance(1);
      await turns();
      expect(stored).toBe(6);
      running.updateRate(5);
      await clock.advance(10_000);
      void receiver.storeAll([6, 7, 8]).then(() => stored++);
      await clock.advance(399);
      expect(stored).toBe(6);
      await clock.advance(1);
      await turns();
      expect(stored).toBe(7);
      expect(streams.calls.map((call) => call.length)).toEqual([2, 2, 2, 1, 1, 1]);
    });
  });

  describe("life", () => {
    it("goes from start over restart to stop (fact receiver.lifecycle)", async () => {
      const { clock, receiver, run, eventTypes } = open();
      const running = run();
      expect(running.info).toEqual({
        streamId: 7,
        name: "Recorder",
        stream: "in",
        status: "starting",
        lastErrorMessage: undefined,
        lastError: undefined,
        lastErrorTime: undefined,
      });
      await turns();
      expect(receiver.isStarted()).toBe(true);
      expect(receiver.streamId).toBe(7);
      expect(running.info.status).toBe("started");
      await clock.advance(50);
      receiver.restart("again", new Error("because"), 100);
      expect(receiver.isStopped()).toBe(true);
      expect(running.info).toMatchObject({
        status: "restarting",
        lastErrorMessage: "again",
        lastError: "because",
        lastErrorTime: 50,
      });
      await clock.advance(99);
      expect(receiver.calls).toEqual(["start at 0", "stop at 50"]);
      await clock.advance(1);
      await turns();
      expect(receiver.calls).toEqual(["start at 0", "stop at 50", "start at 150"]);
      expect(receiver.isStarted()).toBe(true);
      await running.stop();
      await running.stop();
      expect(receiver.calls).toEqual(["start at 0", "stop at 50", "start at 150", "stop at 150"]);
      expect(running.info.status).toBe("stopped");
      expect(eventTypes()).toEqual(["started", "error", "started", "stopped"]);
    });

    it("tells of start, error and end (fact listener.receiver)", async () => {
      const { receiver, events, console, start } = open();
      const running = await start();
      receiver.reportError("message", new Error("exception"));
      receiver.stop("done");
      await running.stop();
      expect(events).toMatchObject([
        { type: "started", receiver: { streamId: 7, status: "started" } },
        { type: "error", receiver: { streamId: 7, lastErrorMessage: "message", lastError: "exception" } },
        { type: "stopped", receiver: { streamId: 7, status: "stopped" } },
      ]);
      expect(console.logged).toMatchObject([
        { level: "error", message: "Receiver 7 (Recorder into in): message: exception" },
        { level: "info", message: "Receiver 7 (Recorder into in): stops: done." },
      ]);
    });

    it("waits two seconds before a restart that does not say", async () => {
      const { clock, receiver, start } = open();
      await start();
      receiver.restart("again");
      await clock.advance(10_000);
      expect(receiver.calls).toEqual(["start at 0", "stop at 0", "start at 2000"]);
    });

    it("waits as long as it is told to", async () => {
      const { clock, receiver, start } = open({ restartDelayMillis: 30 });
      await start();
      receiver.restart("again");
      await clock.advance(10_000);
      expect(receiver.calls).toEqual(["start at 0", "stop at 0", "start at 30"]);
    });

    it("ignores a restart during a restart", async () => {
      const { clock, receiver, start, eventTypes } = open();
      receiver.stopping = () => receiver.restart("from onStop", undefined, 0);
      await start();
      receiver.restart("first", undefined, 100);
      receiver.restart("second", undefined, 0);
      await clock.advance(50);
      receiver.restart("third", undefined, 0);
      await clock.advance(10_000);
      expect(receiver.calls).toEqual(["start at 0", "stop at 0", "start at 100"]);
      expect(eventTypes()).toEqual(["started", "error", "started"]);
    });

    it("starts again when onStart throws or rejects, after onStop", async () => {
      const { clock, receiver, console, run } = open();
      receiver.starting = () => {
        if (receiver.calls.length === 1) throw new Error("thrown");
        if (receiver.calls.length === 3) return Promise.reject(new Error("rejected"));
      };
      expect(run).not.toThrow();
      await turns();
      expect(console.logged[0]?.message).toBe(
        "Receiver 7 (Recorder into in): onStart failed; starting again in 2000 ms: thrown",
      );
      await clock.advance(10_000);
      expect(receiver.calls).toEqual(["start at 0", "stop at 0", "start at 2000", "stop at 2000", "start at 4000"]);
    });

    it("starts again when onStart asks for it", async () => {
      const { clock, receiver, start } = open();
      receiver.starting = () => {
        if (receiver.calls.length === 1) receiver.restart("at once", undefined, 5);
      };
      await start();
      await clock.advance(5);
      await turns();
      expect(receiver.calls).toEqual(["start at 0", "stop at 0", "start at 5"]);
    });

    it("never has two onStarts at once", async () => {
      const { clock, receiver, start } = open();
      let finish = () => {};
      receiver.starting = () => new Promise((resolve) => (finish = resolve));
      await start();
      receiver.restart("again", undefined, 100);
      await clock.advance(60_000);
      // onStop has been called, so that an onStart that goes on until then can come to its end.
      expect(receiver.calls).toEqual(["start at 0", "stop at 1000"]);
      finish();
      await clock.advance(99);
      expect(receiver.calls).toHaveLength(2);
      await clock.advance(1);
      await turns();
      expect(receiver.calls).toEqual(["start at 0", "stop at 1000", "start at 60100"]);
    });

    it("lets an onStart that has begun come to its end before onStop", async () => {
      const { clock, receiver, start } = open();
      receiver.starting = async () => {
        await clock.sleep(200);
        receiver.calls.push("started");
      };
      const running = await start();
      const stopped = running.stop();
      await clock.advance(200);
      await stopped;
      expect(receiver.calls).toEqual(["start at 0", "started", "stop at 200"]);
    });

    it("ends a receiver whose onStart is its loop", async () => {
      const { clock, streams, receiver, start } = open();
      receiver.starting = async () => {
        for (let i = 0; receiver.isStarted(); i++) {
          await receiver.store(i);
          await clock.sleep(10);
        }
      };
      const running = await start();
      await clock.advance(100);
      const stopped = running.stop();
      await clock.advance(10);
      await stopped;
      expect(receiver.calls).toEqual(["start at 0", "stop at 110"]);
      expect(await valuesOf(streams, "in")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it("survives an onStop and a listener that throw", async () => {
      const { clock, receiver, console, start } = open({
        onEvent: () => {
          throw new Error("listener");
        },
      });
      receiver.stopping = () => Promise.reject(new Error("stuck"));
      const running = await start();
      receiver.restart("again");
      await clock.advance(2000);
      await turns();
      await running.stop();
      expect(receiver.calls).toEqual(["start at 0", "stop at 0", "start at 2000", "stop at 2000"]);
      const messages = console.logged.map(({ message }) => message);
      expect(messages).toContain("Receiver 7 (Recorder into in): onStop failed: stuck");
      expect(messages).toContain("Receiver 7 (Recorder into in): a listener failed: listener");
    });

    it("logs an outage once a minute, not with every attempt", async () => {
      const { clock, receiver, console, start, eventTypes } = open();
      receiver.starting = () => {
        throw new Error("refused");
      };
      await start();
      await clock.advance(119_999);
      expect(console.logged).toHaveLength(2);
      expect(eventTypes().filter((type) => type === "error")).toHaveLength(60);
    });

    it.each([
      ["throws", throwing, UserCodeError],
      ["returns nothing", () => undefined as unknown as Receiver<unknown>, IllegalArgumentError],
      ["is asynchronous", () => Promise.resolve() as unknown as Receiver<unknown>, IllegalArgumentError],
    ])("does not begin when the function that makes the receiver %s", (_what, make, error) => {
      const { run } = open({ spec: { type: "custom", make } });
      expect(run).toThrow(error);
    });
  });

  describe("stop", () => {
    it("waits for what is being stored; after it nothing can be stored", async () => {
      const { streams, receiver, start } = open();
      const running = await start();
      const release = streams.hold();
      const stored = receiver.storeAll([1, 2]);
      await turns();
      let isStopped = false;
      const stopped = running.stop().then(() => {
        isStopped = true;
      });
      await turns();
      expect(isStopped).toBe(false);
      expect(running.info.status).toBe("stopping");
      expect(receiver.isStopped()).toBe(true);
      release();
      await stopped;
      await stored;
      await expect(receiver.store(3)).rejects.toThrow(IllegalStateError);
      await expect(receiver.store(3)).rejects.toThrow(
        "Receiver 7 (Recorder into in) has stopped: nothing can be stored any more.",
      );
      expect(await valuesOf(streams, "in")).toEqual([1, 2]);
    });

    it("counts what onStop still stores, however long it takes (fact graceful.slowReceiver)", async () => {
      const { clock, streams, receiver, start } = open();
      receiver.stopping = async () => {
        for (let i = 0; i < 15; i++) {
          await clock.sleep(1000);
          void receiver.store(i);
        }
      };
      const running = await start();
      const stopped = running.stop();
      await clock.advance(15_000);
      await stopped;
      expect(await valuesOf(streams, "in")).toEqual(Array.from({ length: 15 }, (_, i) => i));
    });

    it("during the delay of a restart ends at once and does not start or stop again", async () => {
      const { clock, receiver, start } = open();
      const running = await start();
      receiver.restart("again", undefined, 1_000_000);
      await clock.advance(10);
      await running.stop();
      await clock.advance(2_000_000);
      expect(receiver.calls).toEqual(["start at 0", "stop at 0"]);
    });

    it("before the stream is there never starts the receiver", async () => {
      const { clock, streams, receiver, run } = open();
      const { create } = streams;
      let finish = () => {};
      streams.create = async (...args) => {
        await new Promise<void>((resolve) => (finish = resolve));
        return create.apply(streams, args);
      };
      const running = run();
      const stopped = running.stop();
      await clock.advance(1000);
      await stopped;
      finish();
      await turns();
      expect(receiver.calls).toEqual([]);
    });

    it("by the receiver itself ends it for good", async () => {
      const { clock, receiver, start, eventTypes } = open();
      const running = await start();
      receiver.stop("source is exhausted", new Error("end"));
      receiver.restart("too late", undefined, 0);
      await clock.advance(10_000);
      expect(receiver.calls).toEqual(["start at 0", "stop at 0"]);
      expect(running.info).toMatchObject({
        status: "stopped",
        lastErrorMessage: "source is exhausted",
        lastError: "end",
      });
      expect(eventTypes()).toEqual(["started", "error", "stopped"]);
      await running.stop();
    });
  });
});

function throwing(): never {
  throw new Error("no receiver today");
}
