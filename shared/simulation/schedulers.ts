/** The schedulers: started by ticks and by one another, any number at a time, of whichever version is deployed. */
import { BatchFailedError, ExecutorLostError, FencedError, SluiceError, ThrottledError } from "../errors/index.js";
import { InProcessInvoker, PreparedCache } from "../executor/index.js";
import type { Console, Invoker } from "../ports/index.js";
import { Driver } from "../scheduler/index.js";
import { StateCache } from "../state/index.js";
import type { ResolvedOptions } from "../streaming/index.js";
import { Draws } from "./draws.js";
import type { EventLoop } from "./event-loop.js";
import type { FaultPlan } from "./fault-plan.js";
import { SimulatedFault } from "./faults.js";
import { faultyPorts, type Storage } from "./faulty-ports.js";
import type { Deployment, Fleet } from "./fleet.js";
import type { Network } from "./network.js";
import { type Nature, type ProcessHost, SimulatedProcess } from "./simulated-process.js";
import type { Trace } from "./trace.js";

export interface SchedulersOptions {
  readonly seed: number;
  readonly loop: EventLoop;
  readonly network: Network;
  readonly plan: FaultPlan;
  readonly trace: Trace;
  readonly storage: Storage;
  readonly host: ProcessHost;
  readonly fleet: Fleet;
  /** Up to which size manifests and plans are items of the table, bytes. */
  readonly itemBytes: number;
  readonly console: Console;
  natureOf(process: string): Nature;
  /** What is deployed now. */
  deployed(): Deployment;
  /** Is told of an end that no fault explains. */
  onUnexplained(process: SimulatedProcess, error: unknown): void;
  onDangling(process: SimulatedProcess): void;
}

/** How long a scheduler may live, milliseconds. (On AWS: 15 minutes.) */
const LIFETIME = [20_000, 120_000] as const;

/** Some sweep up behind those that were killed, far more often than once a day. */
const SWEEP_INTERVAL = [2_000, 12_000] as const;

export class Schedulers {
  readonly #options: SchedulersOptions;
  readonly #alive = new Set<SimulatedProcess>();
  #started = 0;

  constructor(options: SchedulersOptions) {
    this.#options = options;
  }

  /** A scheduler is started, as by a tick. */
  start(): void {
    const { seed, loop, host, plan, trace, storage, network, natureOf } = this.#options;
    const name = `s${++this.#started}`;
    const process = new SimulatedProcess(name, loop, host, natureOf(name));
    const draws = new Draws(seed, name);
    const deployment = this.#options.deployed();
    const ports = faultyPorts(network, process, storage);
    const prepared = new PreparedCache();
    const parallelism = draws.between(1, 3);
    const leaveAfterMillis = draws.between(...LIFETIME);
    const collapses = draws.chance(0.5);
    const sweepEvery = draws.chance(0.5) ? draws.between(...SWEEP_INTERVAL) : undefined;
    const graph = deployment.buildGraph();
    const environment = {
      ports,
      graph,
      codeVersion: deployment.codeVersion,
      state: new StateCache(),
      prepared,
      inlineBytes: Number.POSITIVE_INFINITY,
      allocate: (bytes: number) => new Uint8Array(bytes),
    };
    const remote = this.#options.fleet.invoker({ process, ports }, deployment, parallelism);
    const invoker: Invoker = draws.chance(0.5) ? withOwnHands(remote, new InProcessInvoker(environment)) : remote;
    const driver = new Driver({
      graph,
      options: deployment.options,
      codeVersion: deployment.codeVersion,
      ports: { ...ports, invoker, console: this.#options.console },
      prepared,
      collapseBytes: collapses ? 256 * 1024 : -1,
      itemBytes: this.#options.itemBytes,
      competing: !plan.event("lying lease", name),
      leaveAfterMillis,
      ...(sweepEvery !== undefined && { sweepEvery }),
    });
    this.#alive.add(process);
    process.onDeath(() => this.#alive.delete(process));
    trace.note(loop.now, `${name} starts (${deployment.codeVersion}, ${parallelism} executors)`);
    process.resume(() => {
      driver.run().then(
        (ended) => {
          this.#ended(process, ended);
          if (ended === "handed-over") loop.after(1, () => this.start());
        },
        (error: unknown) => this.#failed(process, error, deployment.options),
      );
    });
  }

  /** Number of schedulers that run. */
  get count(): number {
    return this.#alive.size;
  }

  killAll(): void {
    for (const process of [...this.#alive]) process.kill();
  }

  #ended(process: SimulatedProcess, how: string): void {
    const { loop, trace } = this.#options;
    trace.note(loop.now, `${process.name} ends: ${how}`);
    if (process.inFlight.size > 0 && process.isAlive) this.#options.onDangling(process);
    process.kill();
  }

  #failed(process: SimulatedProcess, error: unknown, { onBatchFailure }: ResolvedOptions): void {
    this.#ended(process, String(error));
    // An application that passes over failed batches says so when it has been stopped.
    if (onBatchFailure === "skip" && error instanceof BatchFailedError) return;
    if (!isExplained(error)) this.#options.onUnexplained(process, error);
  }
}

/** Small work is done in the scheduler's own process. */
function withOwnHands(remote: Invoker, own: Invoker): Invoker {
  return {
    parallelism: remote.parallelism,
    invoke: (target, request, signal) => (target.type === "in-place" ? own : remote).invoke(target, request, signal),
  };
}

/** Is there a fault behind it, or another scheduler? */
function isExplained(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === SimulatedFault.name || error.message.includes("The network is away")) return true;
  if (error instanceof FencedError || error instanceof ThrottledError || error instanceof ExecutorLostError)
    return true;
  return error instanceof SluiceError && error.cause !== undefined && isExplained(error.cause);
}
