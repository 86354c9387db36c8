import {
  type AppOptions,
  type BatchInfo,
  IllegalArgumentError,
  IllegalStateError,
  type OutputOperationInfo,
  Receiver,
  StatsReportListener,
  type StreamingContext,
  type StreamingListener,
  seconds,
} from "../../shared/index.js";
import type { MemoryConsole } from "../../shared/simulation/index.js";
import { ListenerBus } from "../../shared/streaming/index.js";
import { program, World } from "../engine/world.js";
import { until } from "../support/eventually.js";
import { withContext } from "./local-context.js";

type EventName = keyof StreamingListener;

/** Everything a listener is told, in order. */
class Recorder implements Required<StreamingListener> {
  readonly events: [EventName, unknown][] = [];
  onStreamingStarted = this.#record("onStreamingStarted");
  onReceiverStarted = this.#record("onReceiverStarted");
  onReceiverError = this.#record("onReceiverError");
  onReceiverStopped = this.#record("onReceiverStopped");
  onBatchSubmitted = this.#record("onBatchSubmitted");
  onBatchStarted = this.#record("onBatchStarted");
  onBatchCompleted = this.#record("onBatchCompleted");
  onOutputOperationStarted = this.#record("onOutputOperationStarted");
  onOutputOperationCompleted = this.#record("onOutputOperationCompleted");

  #record(name: EventName) {
    return (event: unknown): void => void this.events.push([name, event]);
  }

  get names(): EventName[] {
    return this.events.map(([name]) => name);
  }

  batches(name: "onBatchSubmitted" | "onBatchStarted" | "onBatchCompleted"): BatchInfo[] {
    return this.#of<{ batchInfo: BatchInfo }>(name).map(({ batchInfo }) => batchInfo);
  }

  outputs(name: "onOutputOperationStarted" | "onOutputOperationCompleted"): OutputOperationInfo[] {
    return this.#of<{ outputOperationInfo: OutputOperationInfo }>(name).map((event) => event.outputOperationInfo);
  }

  #of<E>(name: EventName): E[] {
    return this.events.filter(([event]) => event === name).map(([, event]) => event as E);
  }
}

interface Run {
  readonly recorder: Recorder;
  readonly console: MemoryConsole;
  readonly error: Error | undefined;
}

/** Runs a program on the virtual clock; every record of the stream "lines" takes its number of milliseconds. */
async function run(
  build: (ssc: StreamingContext, world: World) => void,
  options: { batches: number; options?: Partial<AppOptions>; listeners?: StreamingListener[]; lines?: string[] },
): Promise<Run> {
  const world = new World();
  await world.streams.create("lines", 2);
  const entries = (options.lines ?? []).map((line) => ({ partitionKey: line, data: Buffer.from(line) }));
  if (entries.length > 0) await world.streams.putRecords("lines", entries);
  const recorder = new Recorder();
  const bus = new ListenerBus();
  bus.attach(world.console);
  for (const listener of options.listeners ?? []) bus.add(listener);
  bus.add(recorder);
  let error: Error | undefined;
  const app = program((ssc) => build(ssc, world), options.options);
  await world.run(app, { batches: options.batches, listener: bus }).catch((thrown: Error) => {
    error = thrown;
  });
  return { recorder, console: world.console, error };
}

const linesTwice = (ssc: StreamingContext, world: World): void => {
  const lines = ssc.kinesisStream("lines", { name: "lines" });
  lines.foreachRDD(async (_rdd, _time, { step }) => {
    await step("work", () => world.clock.sleep(1500));
  });
};

describe("a listener", () => {
  it("is told of a batch when its records are known (fact listener.submitted)", async () => {
    const { recorder } = await run(linesTwice, { batches: 1, lines: ["a", "b", "c"] });
    const [info] = recorder.batches("onBatchSubmitted");
    expect(info).toMatchObject({
      batchTime: { milliseconds: 1000 },
      submissionTime: 1000,
      numRecords: 3,
      processingStartTime: undefined,
      processingEndTime: undefined,
      schedulingDelay: undefined,
      processingDelay: undefined,
      totalDelay: undefined,
    });
    expect(info?.streamIdToInputInfo).toEqual(new Map([[0, { inputStreamId: 0, numRecords: 3, metadata: {} }]]));
  });

  it("is told of its start, when the scheduling delay is known (fact listener.started)", async () => {
    const { recorder } = await run(linesTwice, { batches: 2, lines: ["a"] });
    for (const info of recorder.batches("onBatchStarted")) {
      expect(info.schedulingDelay).toBeGreaterThanOrEqual(0);
      expect([info.processingDelay, info.totalDelay]).toEqual([undefined, undefined]);
    }
    expect(recorder.batches("onBatchStarted")).toHaveLength(2);
  });

  it("is told of its end with all delays (facts listener.completed, listener.delays)", async () => {
    const { recorder } = await run(linesTwice, { batches: 5, lines: ["a"] });
    const infos = recorder.batches("onBatchCompleted");
    expect(infos).toHaveLength(5);
    for (const info of infos) {
      const { submissionTime, processingStartTime = Number.NaN, processingEndTime = Number.NaN } = info;
      expect(info.schedulingDelay).toBe(processingStartTime - submissionTime);
      expect(info.processingDelay).toBe(processingEndTime - processingStartTime);
      expect(info.totalDelay).toBe((info.schedulingDelay ?? 0) + (info.processingDelay ?? 0));
      expect(info.schedulingDelay).toBeGreaterThanOrEqual(0);
      expect(info.processingDelay).toBeGreaterThanOrEqual(1500);
    }
    // A batch a second of 1.5 s each: the later ones have to wait.
    expect(infos.at(-1)?.schedulingDelay).toBeGreaterThan(infos[0]?.schedulingDelay ?? 0);
    for (const key of ["submissionTime", "processingStartTime", "processingEndTime"] as const) {
      const times = infos.map((info) => info[key] ?? Number.NaN);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it("hears everything in order", async () => {
    const { recorder } = await run(linesTwice, { batches: 1, lines: ["a"] });
    expect(recorder.names).toEqual([
      "onStreamingStarted",
      "onBatchSubmitted",
      "onBatchStarted",
      "onOutputOperationStarted",
      "onOutputOperationCompleted",
      "onBatchCompleted",
    ]);
  });

  it("is told of output operations in the order of their definition (fact listener.outputOps)", async () => {
    const build = (ssc: StreamingContext): void => {
      const numbers = ssc.queueStream([[1]]);
      numbers.foreachRDD(() => {}, { name: "first" });
      numbers.print();
      numbers.foreachRDD(() => {});
    };
    const { recorder } = await run(build, { batches: 1 });
    const started = recorder.outputs("onOutputOperationStarted");
    const completed = recorder.outputs("onOutputOperationCompleted");
    expect(started.map(({ id, name, description }) => [id, name, description])).toEqual([
      [0, "first", "foreachRDD"],
      [1, "print-0", "print"],
      [2, "foreachRDD-1", "foreachRDD"],
    ]);
    expect(started.every(({ startTime, endTime, duration }) => startTime === 1000 && !endTime && !duration)).toBe(true);
    expect(completed.map(({ id, failureReason, duration }) => [id, failureReason, duration])).toEqual([
      [0, undefined, 0],
      [1, undefined, 0],
      [2, undefined, 0],
    ]);
    expect([...(recorder.batches("onBatchCompleted")[0]?.outputOperationInfos.keys() ?? [])]).toEqual([0, 1, 2]);
  });

  describe("learns of failures (fact listener.failure)", () => {
    const failing = (ids: readonly number[]) => (ssc: StreamingContext) => {
      const numbers = ssc.queueStream([[1]]);
      for (const id of [0, 1, 2]) {
        numbers.foreachRDD(() => {
          if (ids.includes(id)) throw new Error(`output ${id} is broken`);
        });
      }
    };

    const reasons = (info: BatchInfo | undefined) =>
      [...(info?.outputOperationInfos.values() ?? [])].map(
        ({ failureReason = "" }) => /output \d is broken/.exec(failureReason)?.[0],
      );

    it.each([
      [[1], [undefined, "output 1 is broken", undefined]],
      [
        [0, 2],
        ["output 0 is broken", undefined, "output 2 is broken"],
      ],
    ])("of output operations %p", async (ids, expected) => {
      const { recorder, error } = await run(failing(ids), { batches: 1, options: { onBatchFailure: "skip" } });
      const [info] = recorder.batches("onBatchCompleted");
      expect(reasons(info)).toEqual(expected);
      expect(info?.totalDelay).toBeGreaterThanOrEqual(0);
      expect(error?.message).toContain("is broken");
    });

    it("of one that halts the application: those after it have not run", async () => {
      const { recorder, error } = await run(failing([1, 2]), { batches: 3 });
      const [info, ...others] = recorder.batches("onBatchCompleted");
      expect(others).toEqual([]);
      expect(reasons(info)).toEqual([undefined, "output 1 is broken", undefined]);
      expect(info?.outputOperationInfos.get(2)?.startTime).toBeUndefined();
      expect(error?.message).toContain("output 1 is broken");
    });

    it.each(["halt", "skip"] as const)(
      "of the stages of a batch, which leave no output (%s)",
      async (onBatchFailure) => {
        const build = (ssc: StreamingContext): void => {
          const numbers = ssc.queueStream([[1], [2]]).map((n) => {
            if (n === 1) throw new Error("output 7 is broken");
            return n;
          });
          numbers.print();
          numbers.print();
        };
        const { recorder, error } = await run(build, { batches: 2, options: { onBatchFailure } });
        const infos = recorder.batches("onBatchCompleted");
        expect(reasons(infos[0])).toEqual(["output 7 is broken", "output 7 is broken"]);
        expect(infos).toHaveLength(onBatchFailure === "skip" ? 2 : 1);
        expect(reasons(infos[1])).toEqual(onBatchFailure === "skip" ? [undefined, undefined] : []);
        expect(error).toBeDefined();
      },
    );
  });

  it("hears nothing of batch times without work (fact listener.noJobs)", async () => {
    const build = (ssc: StreamingContext): void => {
      ssc
        .queueStream([[1], [2], [3], [4]])
        .window(seconds(2), seconds(2))
        .print();
    };
    const { recorder } = await run(build, { batches: 4 });
    expect(recorder.batches("onBatchSubmitted").map(({ batchTime }) => batchTime.milliseconds)).toEqual([2000, 4000]);
    expect(recorder.batches("onBatchCompleted").map(({ batchTime }) => batchTime.milliseconds)).toEqual([2000, 4000]);
  });

  it("sees no records of queues, and one start (fact listener.python)", async () => {
    const { recorder } = await run((ssc) => ssc.queueStream([[1, 2], [3]]).print(), { batches: 2 });
    const infos = recorder.batches("onBatchCompleted");
    expect(infos.map(({ numRecords, streamIdToInputInfo }) => [numRecords, streamIdToInputInfo.size])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(recorder.names.filter((name) => name === "onStreamingStarted")).toHaveLength(1);
  });

  it("sees the files of a file stream, but no number of records (fact file.recordsZero)", async () => {
    const build = (ssc: StreamingContext, world: World): void => {
      world.files.write("in/a.txt", Buffer.from("1\n2\n"), 500);
      world.files.write("in/b.txt", Buffer.from("3\n"), 600);
      ssc.textFileStream("in").print();
    };
    const { recorder } = await run(build, { batches: 1 });
    const [info] = recorder.batches("onBatchCompleted");
    expect(info?.numRecords).toBe(0);
    expect(info?.streamIdToInputInfo.get(0)).toEqual({
      inputStreamId: 0,
      numRecords: 0,
      metadata: { Description: "in/a.txt\nin/b.txt" },
    });
  });

  it("sees each input once in a batch, under its number among the inputs (facts inputInfo, graph.ids)", async () => {
    const build = (ssc: StreamingContext): void => {
      const lines = ssc.kinesisStream("lines").map((line) => line);
      const unused = ssc.queueStream([[1]]);
      const more = ssc.kinesisStream("lines", { name: "again" });
      lines.union(more).print();
      lines.print();
      void unused;
    };
    const { recorder } = await run(build, { batches: 1, lines: ["a", "b"] });
    const [info] = recorder.batches("onBatchSubmitted");
    const inputs = [...(info?.streamIdToInputInfo ?? [])].map(([id, { numRecords }]) => [id, numRecords]);
    expect(inputs).toEqual([
      [0, 2],
      [2, 2],
    ]);
  });

  it("may throw or reject: it is logged, the others are told, and nothing else happens", async () => {
    const broken: StreamingListener = {
      onBatchStarted: () => {
        throw new Error("thrown");
      },
      onBatchCompleted: (async () => {
        throw new Error("rejected");
      }) as () => void,
    };
    const { recorder, console, error } = await run(linesTwice, { batches: 2, lines: ["a"], listeners: [broken] });
    expect(error).toBeUndefined();
    expect(recorder.batches("onBatchCompleted")).toHaveLength(2);
    const logged = console.logged.filter(({ level }) => level === "error").map(({ message }) => message);
    expect(logged.filter((message) => message.includes("onBatchStarted: Error: thrown"))).toHaveLength(2);
    expect(logged.filter((message) => message.includes("onBatchCompleted: Error: rejected"))).toHaveLength(2);
  });
});

describe("StatsReportListener", () => {
  it("prints how delays are distributed, every so many batches", async () => {
    const texts: string[] = [];
    const listener = new StatsReportListener(3, (text) => void texts.push(text));
    await run(linesTwice, { batches: 7, lines: ["a"], listeners: [listener] });
    expect(texts).toHaveLength(2);
    expect(texts[0]?.split("\n")).toEqual([
      expect.stringMatching(/^Total delay: 3 batches, mean [\d.]+ ms, deviation [\d.]+ ms, \d+ to \d+ ms$/),
      expect.stringMatching(/^ +0% +5% +10% +25% +50% +75% +90% +95% +100%$/),
      expect.stringMatching(/^( +\d+ ms){9}$/),
      expect.stringMatching(/^Processing time: 3 batches/),
      expect.stringMatching(/0%.*100%/),
      expect.stringMatching(/^( +\d+ ms){9}$/),
    ]);
  });

  it("needs a sensible number", () => {
    expect(() => new StatsReportListener(0)).toThrow(IllegalArgumentError);
  });
});

describe("in a running context", () => {
  const everyBatch = (ssc: StreamingContext): void => ssc.queueStream([[1]]).foreachRDD(() => {});

  it("cannot stop it from within a callback (fact listener.noStopInside)", () =>
    withContext(everyBatch, async ({ ssc }) => {
      const outcomes: unknown[] = [];
      ssc.addStreamingListener({
        onBatchCompleted: () => void ssc.stop().catch((error: unknown) => void outcomes.push(error)),
      });
      await ssc.start();
      await until(() => outcomes.length > 0);
      expect(outcomes[0]).toBeInstanceOf(IllegalStateError);
      expect(String(outcomes[0])).toMatch(/cannot stop/i);
      expect(ssc.getState()).toBe("ACTIVE");
    }));

  it("is told nothing after the stop, nor after it was removed (fact listener.afterStop)", () =>
    withContext(everyBatch, async ({ ssc }) => {
      const [removed, kept] = [new Recorder(), new Recorder()];
      ssc.addStreamingListener(removed);
      ssc.addStreamingListener(kept);
      await ssc.start();
      await until(() => kept.batches("onBatchCompleted").length >= 2);
      ssc.removeStreamingListener(removed);
      const before = removed.events.length;
      await until(() => kept.batches("onBatchCompleted").length >= 4);
      expect(removed.events).toHaveLength(before);
      await ssc.stop();
      const atStop = kept.events.length;
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(kept.events).toHaveLength(atStop);
    }));

  it("hears of receivers (fact listener.receiver)", async () => {
    class Troubled extends Receiver<number> {
      onStart(): void {
        this.reportError("something is odd", new Error("very odd"));
        void this.store(1);
      }
      onStop(): void {}
    }
    const recorder = new Recorder();
    const build = (ssc: StreamingContext): void => {
      everyBatch(ssc);
      ssc.receiverStream(() => new Troubled()).foreachRDD(() => {});
      ssc.addStreamingListener(recorder);
    };
    await withContext(build, async ({ ssc }) => {
      await ssc.start();
      await until(() => recorder.batches("onBatchCompleted").some(({ numRecords }) => numRecords === 1));
      await ssc.stop({ gracefully: true });
      const known = { streamId: 1, name: "Troubled", executorId: "driver", location: expect.any(String) };
      const error = { lastErrorMessage: "something is odd", lastError: expect.stringContaining("very odd") };
      const none = { lastErrorMessage: undefined, lastError: undefined, lastErrorTime: undefined };
      const time = { lastErrorTime: expect.any(Number) };
      expect(recorder.events.filter(([name]) => name.startsWith("onReceiver"))).toEqual([
        ["onReceiverStarted", { receiverInfo: { ...known, active: true, ...none } }],
        ["onReceiverError", { receiverInfo: { ...known, active: true, ...error, ...time } }],
        ["onReceiverStopped", { receiverInfo: { ...known, active: false, ...error, ...time } }],
      ]);
      expect(recorder.names[0]).toBe("onStreamingStarted");
    });
  });

  it("is told nothing after the stop by a receiver either (fact listener.afterStop)", async () => {
    let receiver: Receiver<number> | undefined;
    class Late extends Receiver<number> {
      onStart(): void {}
      onStop(): void {}
    }
    const recorder = new Recorder();
    const build = (ssc: StreamingContext): void => {
      ssc
        .receiverStream(() => {
          receiver = new Late();
          return receiver;
        })
        .foreachRDD(() => {});
      ssc.addStreamingListener(recorder);
    };
    await withContext(build, async ({ ssc }) => {
      await ssc.start();
      await until(() => recorder.names.includes("onReceiverStarted"));
      await ssc.stop();
      const atStop = recorder.events.length;
      receiver?.reportError("too late");
      expect(recorder.events).toHaveLength(atStop);
    });
  });

  it("may be a StatsReportListener, which prints where the context prints", async () => {
    const texts: string[] = [];
    const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => texts.push(String(text)) > 0);
    try {
      await withContext(everyBatch, async ({ ssc }) => {
        ssc.addStreamingListener(new StatsReportListener(2));
        await ssc.start();
        await until(() => texts.some((text) => text.includes("Total delay: 2 batches")));
      });
    } finally {
      write.mockRestore();
    }
  });
});
