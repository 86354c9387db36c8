/**
 * A world for programs under test: storage, clock and names that outlive the processes in it. Where `runBatches` is too
 * neat, tests put their own drivers, faults and changed programs into it.
 */
import { decode, encode } from "../../shared/codec/index.js";
import {
  type ExecutorEnvironment,
  type ExecutorRequest,
  encodeRequest,
  execute,
  InProcessInvoker,
  PreparedCache,
  RequestReader,
} from "../../shared/executor/index.js";
import { seconds } from "../../shared/index.js";
import type { DriverPorts, ExecutorPorts, Invoker } from "../../shared/ports/index.js";
import { Driver, type DriverConfig, type Ended } from "../../shared/scheduler/index.js";
import {
  MemoryBlockStore,
  MemoryConsole,
  MemoryFileSystem,
  MemoryStreamSource,
  MemoryTable,
  SequentialIds,
  VirtualClock,
} from "../../shared/simulation/index.js";
import { StateCache } from "../../shared/state/index.js";
import {
  type AppOptions,
  type BatchListener,
  type DStream,
  outputs,
  type StreamingApp,
  StreamingContext,
  streamingApp,
} from "../../shared/streaming/index.js";

export type Ports = Omit<DriverPorts, "invoker">;

/** What is to run, as another process would see it: each call of `build` makes the graph anew. */
export function program(build: (ssc: StreamingContext) => void, options: Partial<AppOptions> = {}): StreamingApp {
  return streamingApp("test", { batchDuration: seconds(1), catchUp: "replay", ...options }, build);
}

export function graphOf(app: StreamingApp) {
  const ssc = new StreamingContext(app);
  app.build(ssc);
  return ssc.graph;
}

export interface RunOptions {
  /** Stop after so many batches. */
  readonly batches?: number;
  /** As for `runBatches`. */
  readonly executors?: { readonly count?: number; readonly isolated?: boolean };
  /** Ports with faults or counters in place of the world's own; executors get them too. */
  readonly ports?: Ports;
  /** An invoker around the one that would be used. */
  readonly invoker?: (inner: Invoker) => Invoker;
  readonly listener?: BatchListener;
  readonly config?: Partial<DriverConfig>;
}

export class World {
  readonly clock = new VirtualClock({ autoAdvance: true });
  readonly blocks = new MemoryBlockStore();
  readonly table = new MemoryTable();
  readonly streams = new MemoryStreamSource(this.clock);
  readonly files = new MemoryFileSystem(this.clock);
  readonly ids = new SequentialIds("id-");
  readonly console = new MemoryConsole();

  get ports(): Ports {
    const { blocks, table, streams, files, clock, ids, console } = this;
    return { blocks, table, streams, files, clock, ids, console };
  }

  /** A process that has just started: a driver, and executors with nothing warm. */
  driver(app: StreamingApp, options: RunOptions = {}): Driver {
    const { executors = {}, ports = this.ports, batches } = options;
    const count = executors.count ?? 1;
    const prepared = new PreparedCache();
    const graph = graphOf(app);
    const invoker = executors.isolated
      ? isolated(Array.from({ length: count }, () => executor(ports, app)))
      : new InProcessInvoker(
          { ...executor(ports, app), graph, prepared, inlineBytes: Number.POSITIVE_INFINITY },
          count,
        );
    return new Driver({
      graph,
      options: app.options,
      codeVersion: CODE_VERSION,
      ports: { ...ports, invoker: options.invoker?.(invoker) ?? invoker },
      prepared,
      ...(count > 1 && { collapseBytes: -1 }),
      ...(batches !== undefined && { maxBatches: batches }),
      ...(options.listener && { listener: options.listener }),
      ...options.config,
    });
  }

  run(app: StreamingApp, options: RunOptions = {}): Promise<Ended> {
    return this.driver(app, options).run();
  }
}

const CODE_VERSION = "test";

/** An executor that shares no memory with the driver. */
export function executor(ports: ExecutorPorts, app: StreamingApp): ExecutorEnvironment {
  return {
    ports,
    graph: graphOf(app),
    codeVersion: CODE_VERSION,
    state: new StateCache(),
    prepared: new PreparedCache(),
    inlineBytes: 0,
    allocate: (bytes) => new Uint8Array(bytes),
  };
}

/** Requests and replies are copied, and arrive a turn of the event loop later, as they do between processes. */
export function isolated(executors: readonly ExecutorEnvironment[]): Invoker {
  let next = 0;
  const readers = executors.map(() => new RequestReader());
  return {
    parallelism: executors.length,
    async invoke(target, request) {
      const index = (target.type === "slot" ? target.slot : next++) % executors.length;
      const environment = executors[index] as ExecutorEnvironment;
      const sent = (readers[index] as RequestReader).read(encodeRequest(request as ExecutorRequest));
      const reply = encode(await execute(environment, sent));
      await Promise.resolve();
      return decode(reply);
    },
  };
}

/** What an output saw, by batch time. */
export type Seen<T> = Map<number, T[]>;

/** Collects what a stream has in each committed batch. */
export function observe<T>(ssc: StreamingContext, stream: DStream<T>, seen: Seen<T>, name = "observe"): void {
  ssc.builder.addOutput(
    "observe",
    { name },
    stream.node,
    outputs.observe((time, partitions) => void seen.set(time, (partitions as T[][]).flat())),
  );
}

/** In an order that does not depend on where elements were computed. */
export function sorted<T>(values: readonly T[]): T[] {
  const key = (value: T): string => JSON.stringify(value) ?? "undefined";
  return [...values].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
