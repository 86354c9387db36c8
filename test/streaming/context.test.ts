/** The life of a context: made, started, stopped; what it does with receivers then; what is an error when. */
import { open as openFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  CheckpointError,
  IllegalArgumentError,
  IllegalStateError,
  milliseconds,
  Receiver,
  type SluiceError,
  StreamingContext,
  seconds,
  streamingApp,
  UserCodeError,
} from "../../shared/index.js";
import { until } from "../support/eventually.js";
import { newDirectory, SHORT, withContext } from "./local-context.js";

const everyBatch = (ssc: StreamingContext): void => ssc.queueStream([[1]]).foreachRDD(() => {});

const appOf = (build: (ssc: StreamingContext) => void) => streamingApp("test", { batchDuration: SHORT }, build);

/** Overwrites every file in place. Not cut short: a file still mapped into memory must stay as long as it was. */
async function damageFiles(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = await openFile(join(entry.parentPath, entry.name), "r+");
    const { size } = await file.stat();
    await file.write(Buffer.alloc(size, "garbage"), 0, size, 0);
    await file.close();
  }
}

/** Has a context that runs. */
const running = (body: (ssc: StreamingContext) => Promise<void>): Promise<void> =>
  withContext(everyBatch, async ({ ssc }) => {
    await ssc.start();
    await body(ssc);
  });

describe("a context", () => {
  it("is initialized, active, stopped (fact ctx.states)", () =>
    withContext(everyBatch, async ({ ssc }) => {
      expect(ssc.getState()).toBe("INITIALIZED");
      await ssc.start();
      expect(ssc.getState()).toBe("ACTIVE");
      await ssc.stop();
      expect(ssc.getState()).toBe("STOPPED");
    }));

  it("may be started twice (fact ctx.startTwice)", () =>
    running(async (ssc) => {
      await ssc.start();
      expect(ssc.getState()).toBe("ACTIVE");
    }));

  it("may be stopped twice, and before the start (fact ctx.stopTwice)", async () => {
    await running(async (ssc) => {
      await ssc.stop();
      await ssc.stop();
      await ssc.stop({ gracefully: true });
      expect(ssc.getState()).toBe("STOPPED");
    });
    await withContext(everyBatch, async ({ ssc }) => {
      await ssc.stop();
      expect(ssc.getState()).toBe("STOPPED");
      await expect(ssc.start()).rejects.toThrow(IllegalStateError);
    });
  });

  describe("that cannot be started (fact ctx.startFailure)", () => {
    class Silent extends Receiver<number> {
      onStart(): void {}
      onStop(): void {}
    }

    it.each<[string, (ssc: StreamingContext) => void, new (...args: never[]) => SluiceError]>([
      ["has no output operation", (ssc) => void ssc.queueStream([[1]]), IllegalArgumentError],
      [
        "has a receiver that cannot be made",
        (ssc) => {
          ssc.receiverStream(() => new Silent()).foreachRDD(() => {});
          const broken = ssc.receiverStream((): Receiver<number> => {
            throw new Error("no receiver today");
          });
          broken.foreachRDD(() => {});
        },
        UserCodeError,
      ],
    ])("because it %s is stopped, and not active", (_, build, error) =>
      withContext(build, async ({ ssc }) => {
        await expect(ssc.start()).rejects.toThrow(error);
        expect(ssc.getState()).toBe("STOPPED");
        expect(StreamingContext.getActive()).toBeUndefined();
        expect(await ssc.awaitTerminationOrTimeout(milliseconds(100))).toBe(true);
      }),
    );
  });

  it("can be waited for, for some time (fact ctx.awaitTimeout)", () =>
    running(async (ssc) => {
      const before = Date.now();
      expect(await ssc.awaitTerminationOrTimeout(milliseconds(100))).toBe(false);
      expect(Date.now() - before).toBeGreaterThanOrEqual(90);
      await ssc.stop();
      expect(await ssc.awaitTerminationOrTimeout(milliseconds(100))).toBe(true);
    }));

  it("passes on from awaitTermination(OrTimeout) what ended it", async () => {
    const broken = (ssc: StreamingContext): void =>
      ssc.queueStream([[1]]).foreachRDD(() => {
        throw new Error("broken on purpose");
      });
    await withContext(broken, async ({ ssc }) => {
      await ssc.start();
      await expect(ssc.awaitTerminationOrTimeout(seconds(10))).rejects.toThrow("broken on purpose");
      await expect(ssc.awaitTermination()).rejects.toThrow("broken on purpose");
      expect(ssc.getState()).toBe("STOPPED");
    });
  });

  it("is the active one from start to stop (fact ctx.getActive)", () =>
    withContext(everyBatch, async ({ ssc }) => {
      expect(StreamingContext.getActive()).toBeUndefined();
      await ssc.start();
      expect(StreamingContext.getActive()).toBe(ssc);
      await ssc.stop();
      expect(StreamingContext.getActive()).toBeUndefined();
    }));

  it("is the only active one", () =>
    running(() =>
      withContext(everyBatch, async ({ ssc: second }) => {
        await expect(second.start()).rejects.toThrow(/Only one context/);
        expect(second.getState()).toBe("INITIALIZED");
      }),
    ));

  it("is given by getActiveOrCreate, which makes one when none is active (fact ctx.getActive)", () =>
    withContext(everyBatch, async ({ ssc }) => {
      let made = 0;
      const create = (): StreamingContext => {
        made += 1;
        return ssc;
      };
      expect(await StreamingContext.getActiveOrCreate(create)).toBe(ssc);
      expect([made, ssc.getState()]).toEqual([1, "INITIALIZED"]);
      await ssc.start();
      expect(await StreamingContext.getActiveOrCreate(create)).toBe(ssc);
      expect(await StreamingContext.getActiveOrCreate(appOf(everyBatch))).toBe(ssc);
      expect(made).toBe(1);
      await ssc.stop();
      const checkpointDirectory = await newDirectory();
      const other = await StreamingContext.getActiveOrCreate(appOf(everyBatch), {
        master: "local",
        checkpointDirectory,
      });
      expect(other).not.toBe(ssc);
      await other.stop();
    }));

  it("is new, recovered, or an error, depending on the checkpoint (fact ctx.getOrCreate)", async () => {
    const directory = await newDirectory();
    const app = appOf(everyBatch);
    const open = (createOnError: boolean) =>
      StreamingContext.getOrCreate(app, { master: "local", checkpointDirectory: directory, createOnError });

    const first = await open(false);
    expect(first.recoveredFrom).toBeUndefined();
    let batches = 0;
    first.addStreamingListener({ onBatchCompleted: () => void batches++ });
    await first.start();
    await until(() => batches >= 2);
    await first.stop();

    const second = await open(false);
    expect(second.recoveredFrom?.milliseconds).toBeGreaterThan(0);
    await second.stop();

    await damageFiles(directory);
    await expect(open(false)).rejects.toThrow(CheckpointError);
    const anew = await open(true);
    expect(anew.recoveredFrom).toBeUndefined();
    await anew.stop();
  });

  it("does not mind an input that no output depends on (fact ctx.unusedInput)", async () => {
    let batches = 0;
    const build = (ssc: StreamingContext): void => {
      everyBatch(ssc);
      ssc.socketTextStream("127.0.0.1", 1);
      ssc.textFileStream("nowhere");
    };
    await withContext(build, async ({ ssc }) => {
      ssc.addStreamingListener({ onBatchCompleted: () => void batches++ });
      await ssc.start();
      await until(() => batches >= 3);
      expect(await ssc.awaitTerminationOrTimeout(milliseconds(1))).toBe(false);
    });
  });

  it("takes nothing more once it is started or stopped", async () => {
    let stream: ReturnType<StreamingContext["queueStream"]> | undefined;
    const build = (ssc: StreamingContext): void => {
      stream = ssc.queueStream([[1]]);
      stream.foreachRDD(() => {});
    };
    await withContext(build, async ({ ssc }) => {
      const additions = [
        () => ssc.queueStream([[1]]),
        () => ssc.textFileStream("in"),
        () => ssc.union([stream as never]),
        () => stream?.map((x) => x),
        () => stream?.window(seconds(1)),
        () => stream?.print(),
        () => stream?.persist(),
        () => ssc.remember(seconds(1)),
        () => ssc.broadcast("late", 1),
        () => ssc.longAccumulator("late"),
      ];
      await ssc.start();
      for (const add of additions) expect(add).toThrow(/after starting a context/);
      await ssc.stop();
      for (const add of additions) expect(add).toThrow(/after stopping a context/);
    });
  });
});

describe("a graceful stop", () => {
  /** Stores consecutive integers as fast as it can, and counts those that were durable. */
  class Counting extends Receiver<number> {
    stored = 0;
    #isRunning = true;

    async onStart(): Promise<void> {
      void this.#store();
    }

    onStop(): void {
      this.#isRunning = false;
    }

    async #store(): Promise<void> {
      for (let next = 0; this.#isRunning; next += 100) {
        const numbers = Array.from({ length: 100 }, (_, i) => next + i);
        await this.storeAll(numbers).then(
          () => {
            this.stored += numbers.length;
          },
          () => {},
        );
      }
    }
  }

  it.each([1, 2, 3, 4])("processes everything that was stored, time %d (fact graceful.all)", async () => {
    const receivers: Counting[] = [];
    const processed: number[] = [];
    const build = (ssc: StreamingContext): void =>
      ssc
        .receiverStream(() => {
          const receiver = new Counting();
          receivers.push(receiver);
          return receiver;
        })
        .foreachRDD(async (rdd, _time, { step }) => {
          const numbers = await rdd.collect();
          await step("note", () => void processed.push(...numbers));
        });
    await withContext(build, async ({ ssc }) => {
      await ssc.start();
      await until(() => processed.length > 0);
      await ssc.stop({ gracefully: true });
      const stored = receivers.reduce((sum, receiver) => sum + receiver.stored, 0);
      expect(stored).toBeGreaterThan(0);
      expect(processed).toEqual(Array.from({ length: stored }, (_, i) => i));
      await ssc.awaitTermination();
    });
  });

  /** Produces 15 records, one at a time, and does not let itself be stopped before. */
  class Slow extends Receiver<number> {
    #produced: Promise<void> = Promise.resolve();

    onStart(): void {
      this.#produced = (async () => {
        for (let i = 0; i < 15; i++) {
          await this.store(i);
          await new Promise((resolve) => setTimeout(resolve, 30));
        }
      })();
    }

    onStop(): Promise<void> {
      return this.#produced;
    }
  }

  const slow = (processed: number[]) => (ssc: StreamingContext) =>
    ssc
      .receiverStream(() => new Slow())
      .foreachRDD(async (rdd, _time, { step }) => {
        const numbers = await rdd.collect();
        await step("note", () => void processed.push(...numbers));
      });

  it("waits for a receiver that takes its time (fact graceful.slowReceiver)", async () => {
    const processed: number[] = [];
    await withContext(
      slow(processed),
      async ({ ssc }) => {
        await ssc.start();
        await until(() => processed.length > 0);
        await ssc.stop({ gracefully: true });
        expect(processed).toEqual(Array.from({ length: 15 }, (_, i) => i));
      },
      { gracefulStopTimeout: seconds(20) },
    );
  });

  it("is bounded; what is left over comes with the next start", async () => {
    const processed: number[] = [];
    const directory = await newDirectory();
    await withContext(
      slow(processed),
      async ({ ssc }) => {
        await ssc.start();
        await until(() => processed.length > 0);
        await ssc.stop({ gracefully: true });
        expect(ssc.getState()).toBe("STOPPED");
        expect(processed.length).toBeLessThan(15);
      },
      { gracefulStopTimeout: milliseconds(60), directory },
    );
    const before = [...processed];
    await withContext(slow(processed), async () => {}, { directory });
    expect(processed).toEqual(before);
  });

  it("takes ten batches at most, but no less than 10 s (fact graceful.defaultTimeout)", () => {
    const timeoutOf = (batchDuration: number) =>
      streamingApp("test", { batchDuration: milliseconds(batchDuration) }, () => {}).options.gracefulStopTimeout;
    expect([timeoutOf(5000), timeoutOf(60_000)]).toEqual([50_000, 600_000]);
    expect(timeoutOf(100)).toBe(10_000);
  });

  it("ends without an error while batches go on (fact graceful.noJobGenerationError)", async () => {
    let batches = 0;
    await withContext(
      everyBatch,
      async ({ ssc }) => {
        ssc.addStreamingListener({ onBatchCompleted: () => void batches++ });
        await ssc.start();
        await until(() => batches >= 20);
        await ssc.stop({ gracefully: true });
        await ssc.awaitTermination();
      },
      { batchDuration: milliseconds(1) },
    );
  });

  it("does not wait for ticks that have no work (fact graceful.emptyLastTick)", async () => {
    const times: number[] = [];
    const build = (ssc: StreamingContext): void =>
      ssc
        .queueStream([[1]])
        .window(milliseconds(500), milliseconds(500))
        .foreachRDD((_, time) => void times.push(time.milliseconds));
    await withContext(build, async ({ ssc }) => {
      await ssc.start();
      await until(() => times.length > 0);
      const before = Date.now();
      await ssc.stop({ gracefully: true });
      expect(Date.now() - before).toBeLessThan(5000);
      await ssc.awaitTermination();
    });
  });
});

describe("the rate of a receiver", () => {
  /** Stores as fast as it is let; the times at which records were durable. */
  class Greedy extends Receiver<number> {
    static stored: number[] = [];
    #isRunning = true;

    onStart(): void {
      void (async () => {
        while (this.#isRunning) {
          await this.store(1).catch(() => {});
          Greedy.stored.push(Date.now());
        }
      })();
    }

    onStop(): void {
      this.#isRunning = false;
    }
  }

  beforeEach(() => {
    Greedy.stored = [];
  });

  const counting = (counts: number[]) => (ssc: StreamingContext) =>
    ssc
      .receiverStream(() => new Greedy())
      .foreachRDD(async (rdd, _time, { step }) => {
        const count = await rdd.count();
        await step("note", () => void counts.push(count));
      });

  it.each([
    ["maxRatePerShard", { maxRatePerShard: 100 }],
    ["the initial rate", { backpressure: { enabled: true, initialRate: 100 } }],
  ])("is limited by %s from the first record on", async (_, options) => {
    const counts: number[] = [];
    await withContext(
      counting(counts),
      async ({ ssc }) => {
        await ssc.start();
        const since = Date.now();
        await until(() => counts.some((count) => count > 0));
        // 100 records a second, and a portion or two of 200 ms that may go at once.
        expect(Greedy.stored.length).toBeLessThanOrEqual((100 * (Date.now() - since)) / 1000 + 40);
        for (const count of counts) expect(count).toBeLessThanOrEqual(20);
      },
      { batchDuration: milliseconds(200), ...options },
    );
  });

  it("follows what batches show to be possible (fact rate.published)", async () => {
    const counts: number[] = [];
    const rates: number[] = [];
    const build = (ssc: StreamingContext): void =>
      ssc
        .receiverStream(() => new Greedy(), { name: "greedy" })
        .foreachRDD(async (rdd, _time, { step }) => {
          const count = await rdd.count();
          // 5 ms a record are 200 a second.
          await step("work", () => new Promise((resolve) => setTimeout(resolve, 5 * count)));
          counts.push(count);
        });
    const app = streamingApp(
      "test",
      { batchDuration: milliseconds(100), backpressure: { enabled: true, minRate: 10, initialRate: 500 } },
      build,
    );
    const ssc = await StreamingContext.getOrCreate(
      app,
      { master: "local", checkpointDirectory: await newDirectory() },
      { listener: { onRatesChanged: (changed) => void rates.push(changed.get("greedy") ?? 0) } },
    );
    try {
      await ssc.start();
      await until(() => (rates.at(-1) ?? 500) < 300 && rates.length > 5);
      const before = Greedy.stored.length;
      const since = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const perSecond = ((Greedy.stored.length - before) * 1000) / (Date.now() - since);
      expect(rates[0]).toBe(500);
      expect(perSecond).toBeLessThan(400);
    } finally {
      await ssc.stop();
    }
  }, 20_000);
});
