import { Worker } from "node:worker_threads";
import { ExecutorLostError } from "../errors/index.js";
import { type ExecutorRequest, ThreadSender } from "../executor/index.js";
import type { ProgramBundle } from "../streaming/index.js";
import { builtFile } from "./package-root.js";
import { answerPortCall, type RemotePort } from "./port-calls.js";
import type { FromWorker, ToWorker, WorkerData } from "./worker-messages.js";

interface Waiting {
  resolve(reply: unknown): void;
  reject(error: Error): void;
}

/** One worker thread and the requests it has not answered yet. Started when it is first needed, and again after a crash. */
class PooledWorker {
  readonly #data: WorkerData;
  readonly #ports: Readonly<Record<RemotePort, object>>;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #requests = new ThreadSender();
  #nextId = 0;

  constructor(bundle: ProgramBundle, ports: Readonly<Record<RemotePort, object>>) {
    this.#data = { bundle };
    this.#ports = ports;
  }

  /** Number of requests under way. */
  get load(): number {
    return this.#waiting.size;
  }

  invoke(request: ExecutorRequest): Promise<unknown> {
    const worker = this.#started();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ type: "invoke", id, message: this.#requests.pack(request) } satisfies ToWorker);
    });
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(builtFile("worker.js"), { workerData: this.#data });
    this.#worker = worker;
    this.#requests = new ThreadSender();
    worker.on("message", (message: FromWorker) => {
      if (message.type === "port-call") void answerPortCall(this.#ports, worker, message);
      else if (message.type === "reply") {
        this.#waiting.get(message.id)?.resolve(message.reply);
        this.#waiting.delete(message.id);
        if (this.#waiting.size === 0) worker.unref();
      }
    });
    worker.on("error", (error) => this.#lost(worker, error));
    worker.on("exit", (code) => this.#lost(worker, new Error(`the worker thread ended with code ${code}`)));
    // An idle executor must not keep the process alive; one with requests does.
    worker.unref();
    return worker;
  }

  #lost(worker: Worker, cause: unknown): void {
    if (this.#worker === worker) this.#worker = undefined;
    const message = cause instanceof Error ? cause.message : String(cause);
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new ExecutorLostError(`An executor died: ${message}`, {}, cause));
    }
    this.#waiting.clear();
  }
}

/** A fixed number of worker threads as executors. */
export class WorkerPool {
  readonly #workers: readonly PooledWorker[];

  constructor(size: number, bundle: ProgramBundle, ports: Readonly<Record<RemotePort, object>>) {
    this.#workers = Array.from({ length: size }, () => new PooledWorker(bundle, ports));
  }

  /** On the worker of a slot, or on the one with least to do. */
  invoke(slot: number | undefined, request: ExecutorRequest): Promise<unknown> {
    const workers = this.#workers;
    const worker =
      slot === undefined
        ? workers.reduce((least, candidate) => (candidate.load < least.load ? candidate : least))
        : workers[slot % workers.length];
    return (worker as PooledWorker).invoke(request);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }
}
