import { decode, encode } from "../codec/index.js";
import { SluiceError } from "../errors/index.js";
import { execute, InProcessInvoker, PreparedCache } from "../executor/index.js";
import type { DriverPorts, FileSystem, Invoker } from "../ports/index.js";
import { Driver } from "../scheduler/index.js";
import {
  MemoryBlockStore,
  MemoryConsole,
  MemoryFileSystem,
  MemoryStreamSource,
  MemoryTable,
  mortal,
  SequentialIds,
  VirtualClock,
} from "../simulation/index.js";
import { StateCache } from "../state/index.js";
import {
  type AppOptions,
  type DStream,
  type OnBatchFailure,
  outputs,
  StreamingContext,
  streamingApp,
  validateGraph,
} from "../streaming/index.js";

/** One input stream: its records batch by batch; `null` means that the stream has no RDD for that batch. */
export type BatchedInput<T = unknown> = readonly (readonly T[] | null)[];

/** What `runBatches` is to run. */
export interface RunBatchesOptions<I extends readonly BatchedInput[], U> {
  readonly batchDuration: AppOptions["batchDuration"];
  /** Per input stream, per batch: the records. After its end an input has empty batches. */
  readonly inputs: I;
  /** Number of partitions of the inputs: a list of length L is cut at floor(i·L/n). @defaultValue 2 */
  readonly partitions?: number;
  /** @defaultValue the length of the longest input */
  readonly batches?: number;
  /** Builds the graph from context and input streams and returns the stream to observe. */
  readonly build: (
    ssc: StreamingContext,
    ...streams: { [K in keyof I]: DStream<I[K] extends BatchedInput<infer T> ? T : never> }
  ) => DStream<U>;
  /** After this batch (1 is the first) drop everything but storage, recover, and go on. */
  readonly restartAfter?: number;
  /** `"skip"`: failed batches become `{ time, error }` entries; `"halt"`: the call rejects. @defaultValue `"halt"` */
  readonly onBatchFailure?: OnBatchFailure;
  /** Other options of the application. */
  readonly options?: Omit<AppOptions, "batchDuration" | "onBatchFailure">;
  /** The files that the program reads and writes. @defaultValue none, in memory */
  readonly files?: FileSystem;
  /** How the work is spread. By default it all happens in one call to one executor. */
  readonly executors?: ExecutorOptions;
}

/** How `runBatches` spreads work: results must never depend on it, and tests can check that they do not. */
export interface ExecutorOptions {
  /** Number of executors; more than one means one call a stage and executor. @defaultValue 1 */
  readonly count?: number;
  /** Executors that share nothing with the driver: requests are copied, graphs built anew, bodies replayed. @defaultValue false */
  readonly isolated?: boolean;
}

/** An RDD that the observed stream generated, or the failure of a batch. */
export type BatchEntry<U> =
  | { readonly time: number; readonly values: U[]; readonly partitions: U[][]; readonly error?: undefined }
  | { readonly time: number; readonly error: Error; readonly values?: undefined; readonly partitions?: undefined };

/** An entry of a batch that did not fail. */
export type BatchOutputEntry<U> = Extract<BatchEntry<U>, { readonly values: U[] }>;

/**
 * Runs a program on batches of test data, on the same driver and executors as everywhere, in memory and in virtual
 * time: milliseconds, no server. Batch k (1 is the first) has time k × batchDuration.
 *
 * @returns one entry for each RDD that the observed stream generated, by batch time.
 * @throws the error of a failed batch under `"halt"`, with the entries so far as its property `outputs`; errors of `build`.
 * @example
 * const out = await runBatches({
 *   batchDuration: seconds(1),
 *   inputs: [[["a b", "a"], ["b"]]],
 *   build: (ssc, lines) => lines.flatMap((line) => line.split(" ")).countByValue(),
 * });
 * // [{ time: 1000, values: [["a", 2], ["b", 1]], ... }, { time: 2000, values: [["b", 1]], ... }]
 */
export async function runBatches<const I extends readonly BatchedInput[], U>(
  options: RunBatchesOptions<I, U> & { readonly onBatchFailure?: "halt" },
): Promise<BatchOutputEntry<U>[]>;
export async function runBatches<const I extends readonly BatchedInput[], U>(
  options: RunBatchesOptions<I, U>,
): Promise<BatchEntry<U>[]>;
export async function runBatches<const I extends readonly BatchedInput[], U>(
  options: RunBatchesOptions<I, U>,
): Promise<BatchEntry<U>[]> {
  const total = options.batches ?? Math.max(0, ...options.inputs.map((input) => input.length));
  const world = new World(options.files);
  const entries = new Map<number, BatchEntry<U>>();
  const sorted = (): BatchEntry<U>[] => [...entries.values()].sort((a, b) => a.time - b.time);
  try {
    const { restartAfter } = options;
    if (restartAfter !== undefined && restartAfter > 0 && restartAfter < total) {
      await world.runAndKill(new Program(options, entries), restartAfter);
      await world.run(new Program(options, entries), total - restartAfter);
    } else {
      await world.run(new Program(options, entries), total);
    }
  } catch (error) {
    if (options.onBatchFailure !== "skip") {
      throw error instanceof Error ? Object.assign(error, { outputs: sorted() }) : error;
    }
    if (!(error instanceof SluiceError) || ![...entries.values()].some((entry) => entry.error !== undefined))
      throw error;
  }
  return sorted();
}

/** A freshly built program, as every process has its own. */
class Program<U> {
  readonly options: RunBatchesOptions<readonly BatchedInput[], U>;
  readonly entries: Map<number, BatchEntry<U>>;
  readonly app;
  readonly graph;

  constructor(options: unknown, entries: Map<number, BatchEntry<U>>) {
    this.options = options as RunBatchesOptions<readonly BatchedInput[], U>;
    this.entries = entries;
    const { batchDuration, onBatchFailure, inputs, partitions = 2, build } = this.options;
    this.app = streamingApp(
      "test",
      { catchUp: "replay", ...this.options.options, batchDuration, ...(onBatchFailure && { onBatchFailure }) },
      (ssc) => {
        const streams = inputs.map((queue, i) =>
          ssc.queueStream(queue, { name: `input-${i}`, numPartitions: partitions }),
        );
        const observed = (build as (ssc: StreamingContext, ...streams: unknown[]) => DStream<U>)(ssc, ...streams);
        ssc.builder.addOutput(
          "observe",
          { name: "observe" },
          observed.node,
          outputs.observe((time, observedPartitions) => {
            entries.set(time, {
              time,
              values: (observedPartitions as U[][]).flat(),
              partitions: observedPartitions as U[][],
            });
          }),
        );
      },
    );
    this.graph = this.buildGraph();
  }

  /** The graph, as another process would build it. */
  buildGraph() {
    const ssc = new StreamingContext(this.app);
    this.app.build(ssc);
    validateGraph(ssc.graph, true);
    return ssc.graph;
  }
}

const CODE_VERSION = "test";

/** What outlives the processes of a test. */
class World {
  readonly #clock = new VirtualClock({ autoAdvance: true });
  readonly #ids = new SequentialIds("test");
  readonly #ports: Omit<DriverPorts, "invoker">;

  constructor(files: FileSystem | undefined) {
    this.#ports = {
      blocks: new MemoryBlockStore(),
      table: new MemoryTable(),
      streams: new MemoryStreamSource(this.#clock),
      files: files ?? new MemoryFileSystem(this.#clock),
      clock: this.#clock,
      ids: this.#ids,
      console: new MemoryConsole(),
    };
  }

  async run<U>(program: Program<U>, batches: number): Promise<void> {
    await this.#driver(program, this.#ports, batches).run();
  }

  /** Runs until the outputs of the last of these batches are done, and is gone then. */
  async runAndKill<U>(program: Program<U>, batches: number): Promise<void> {
    const process = mortal(this.#ports);
    let completed = 0;
    await new Promise<void>((resolve, reject) => {
      const driver = this.#driver(program, process.ports, Number.POSITIVE_INFINITY, () => {
        completed += 1;
        if (completed < batches) return;
        process.kill();
        resolve();
      });
      driver.run().catch(reject);
    });
  }

  #driver<U>(
    program: Program<U>,
    ports: Omit<DriverPorts, "invoker">,
    maxBatches: number,
    onOutputs?: () => void,
  ): Driver {
    const { executors = {}, batchDuration: _, ...options } = program.options;
    const prepared = new PreparedCache();
    const environment = (graph: typeof program.graph, lineages: PreparedCache) => ({
      ports,
      graph,
      codeVersion: CODE_VERSION,
      state: new StateCache(),
      prepared: lineages,
      inlineBytes: executors.isolated ? 0 : Number.POSITIVE_INFINITY,
      allocate: (bytes: number) => new Uint8Array(bytes),
    });
    const count = executors.count ?? 1;
    const invoker = executors.isolated
      ? isolatedInvoker(Array.from({ length: count }, () => environment(program.buildGraph(), new PreparedCache())))
      : new InProcessInvoker(environment(program.graph, prepared), count);
    return new Driver({
      graph: program.graph,
      options: program.app.options,
      codeVersion: CODE_VERSION,
      ports: { ...ports, invoker },
      prepared,
      ...(count > 1 && { collapseBytes: -1 }),
      maxBatches,
      listener: {
        onBatchCommitted: ({ time, error }) => {
          if (error !== undefined && options.onBatchFailure === "skip") program.entries.set(time, { time, error });
        },
        onOutputsCompleted: () => onOutputs?.(),
      },
    });
  }
}

/** Executors that share no memory with the driver: what goes in and out is encoded. Calls take turns among them. */
function isolatedInvoker(environments: readonly Parameters<typeof execute>[0][]): Invoker {
  let next = 0;
  return {
    parallelism: environments.length,
    async invoke(target, request) {
      const index = target.type === "slot" ? target.slot : next++;
      const environment = environments[index % environments.length] as Parameters<typeof execute>[0];
      return decode(encode(await execute(environment, decode(encode(request)) as never)));
    },
  };
}
