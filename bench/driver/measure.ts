/**
 * What the driver itself has to do for a batch of many shards, on simulated ports: the processor time of its thread, with
 * the world in another one. Messages to and from executors are encoded, at the driver's expense, as on AWS.
 */
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { decode } from "../../shared/codec/index.js";
import { type ExecutorRequest, encodeRequest, PreparedCache } from "../../shared/executor/index.js";
import type { DriverPorts } from "../../shared/ports/index.js";
import { Driver } from "../../shared/scheduler/index.js";
import { MemoryConsole, MemoryFileSystem, MemoryTable, SequentialIds } from "../../shared/simulation/index.js";
import { SystemClock } from "../../shared/system/index.js";
import type { Asked, FromWorld } from "./messages.js";
import { app, buildGraph, CODE_VERSION } from "./program.js";

/** Executors at a time, whatever the number of shards. */
const PARALLELISM = 32;

/** One batch. */
export interface DriverBatch {
  readonly cpuMillis: number;
  readonly tasks: number;
  readonly records: number;
}

/** Runs so many batches. */
export async function measureDriver(shards: number, batches: number): Promise<readonly DriverBatch[]> {
  const world = new World(shards);
  const clock = new SystemClock();
  const ports: DriverPorts = {
    blocks: world.port("blocks"),
    streams: world.port("streams"),
    table: new MemoryTable(),
    files: new MemoryFileSystem(clock),
    clock,
    ids: new SequentialIds("driver"),
    console: new MemoryConsole(),
    invoker: {
      parallelism: PARALLELISM,
      invoke: async (_target, request) =>
        decode((await world.ask({ type: "invoke", request: encodeRequest(request as ExecutorRequest) })) as Uint8Array),
    },
  };
  const measured: DriverBatch[] = [];
  let known = { tasks: 0, records: 0 };
  let mark = cpuMillis();
  const driver: Driver = new Driver({
    graph: buildGraph(),
    options: app.options,
    codeVersion: CODE_VERSION,
    ports,
    prepared: new PreparedCache(),
    collapseBytes: -1,
    listener: {
      onBatchCommitted: ({ tasks, records }) => {
        known = { tasks, records };
      },
      onOutputsCompleted: () => {
        const now = cpuMillis();
        // Ticks between the batches that were fed find nothing, and are not measured.
        if (known.records > 0) measured.push({ cpuMillis: now - mark, ...known });
        mark = now;
        if (measured.length === batches) driver.stop(false);
        else if (known.records > 0) void world.ask({ type: "feed" });
      },
    },
  });
  await world.ask({ type: "feed" });
  await driver.run();
  return measured;
}

/** The other thread, as this one sees it. */
class World {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #next = 0;

  constructor(shards: number) {
    this.#thread = new Worker(new URL("world.mjs", import.meta.url), { workerData: { shards } });
    this.#thread.on("message", ({ id, value, error }: FromWorld) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
    });
    this.#thread.on("error", (error) => {
      throw error;
    });
  }

  ask(what: Asked): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // Bytes of a request change hands, as they do when a client writes them to its socket.
      this.#thread.postMessage({ ...what, id }, what.type === "invoke" ? [what.request.buffer as ArrayBuffer] : []);
    });
  }

  /** A port whose calls are answered over there. */
  port<P extends "blocks" | "streams">(port: P): DriverPorts[P] {
    const call =
      (method: string) =>
      (...args: unknown[]) =>
        this.ask({ type: "port", port, method, args });
    return new Proxy({}, { get: (_, method) => call(String(method)) }) as DriverPorts[P];
  }
}

/**
 * What this thread has had of the processor. Where the system does not tell, the time that it was busy, which is more when
 * the machine has other things to do.
 */
function cpuMillis(): number {
  try {
    const nanoseconds = Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]);
    if (nanoseconds > 0) return nanoseconds / 1e6;
  } catch {
    // Not Linux.
  }
  return performance.eventLoopUtilization().active;
}
