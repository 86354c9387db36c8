/** What the compiler must accept and refuse of the life cycle's API. Nothing here runs. */
import {
  type BatchInfo,
  type BatchSlice,
  type DStream,
  minutes,
  StatsReportListener,
  StorageLevel,
  StreamingContext,
  type StreamingListener,
  seconds,
  streamingApp,
  Time,
} from "../../shared/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<_True extends true>(): void {}

export async function slices(counts: DStream<[string, number]>): Promise<void> {
  const slice = await counts.slice(new Time(0), new Time(1000));
  expectType<Equal<typeof slice, readonly BatchSlice<[string, number]>[]>>();
  // @ts-expect-error times are Time, not numbers
  await counts.slice(0, 1000);
  // @ts-expect-error what was computed then is not changed
  slice[0]?.values.push(["a", 1]);
}

export function keeping(ssc: StreamingContext, lines: DStream<string>): void {
  ssc.remember(minutes(1));
  // @ts-expect-error durations, not numbers
  ssc.remember(1000);
  const persisted: DStream<string> = lines.persist(StorageLevel.MEMORY_AND_DISK_SER_2).cache().unpersist();
  persisted.persist("DISK_ONLY");
  // @ts-expect-error not a level of Spark's
  persisted.persist("MEMORY");
  // @ts-expect-error not a level of Spark's
  persisted.persist(StorageLevel.FLOPPY_DISK);
}

export function listeners(ssc: StreamingContext): void {
  const listener: StreamingListener = {
    onBatchCompleted: ({ batchInfo }) => {
      expectType<Equal<typeof batchInfo, BatchInfo>>();
      // @ts-expect-error delays may not be known
      const delay: number = batchInfo.totalDelay;
      void delay;
    },
  };
  ssc.addStreamingListener(listener);
  ssc.addStreamingListener(new StatsReportListener(5));
  // @ts-expect-error no such event
  ssc.addStreamingListener({ onBatchFinished: () => {} });
  // @ts-expect-error the event has a batch, not a number
  ssc.addStreamingListener({ onBatchStarted: (batch: number) => batch });
}

export function binary(ssc: StreamingContext): void {
  const records = ssc.binaryRecordsStream("in", 16);
  expectType<Equal<typeof records, DStream<Uint8Array>>>();
  // @ts-expect-error how long is a record?
  ssc.binaryRecordsStream("in");
}

export async function contexts(build: (ssc: StreamingContext) => void): Promise<void> {
  const app = streamingApp(
    "app",
    { batchDuration: seconds(1), maxRatePerShard: 1000, backpressure: { enabled: true, initialRate: 100 } },
    build,
  );
  const made = await StreamingContext.getActiveOrCreate(app, { master: "local" });
  expectType<Equal<typeof made, StreamingContext>>();
  await StreamingContext.getActiveOrCreate(() => made);
  // @ts-expect-error the application, not its name
  await StreamingContext.getActiveOrCreate("app");
  // @ts-expect-error backpressure is enabled or not
  streamingApp("app", { batchDuration: seconds(1), backpressure: { initialRate: 100 } }, build);
  // @ts-expect-error it is called initialRate
  streamingApp("app", { batchDuration: seconds(1), backpressure: { enabled: true, intialRate: 100 } }, build);
  // @ts-expect-error stop takes { gracefully }
  await made.stop(true);
}
