/** The executors: sandboxes as a function service has them, each with memory of its own, one request at a time. */
import { decode, encode } from "../codec/index.js";
import { ExecutorLostError, ThrottledError } from "../errors/index.js";
import {
  type ExecutorEnvironment,
  type ExecutorRequest,
  encodeRequest,
  exchangePayloads,
  execute,
  type PayloadEnvelope,
  type PayloadSender,
  PreparedCache,
  packPayload,
  RequestReader,
  unpackPayload,
} from "../executor/index.js";
import type { ExecutorPorts, Invoker, Target } from "../ports/index.js";
import { StateCache } from "../state/index.js";
import type { ResolvedOptions, StreamGraph } from "../streaming/index.js";
import type { EventLoop } from "./event-loop.js";
import type { CallFault } from "./faults.js";
import { faultyPorts, type Storage } from "./faulty-ports.js";
import type { Network } from "./network.js";
import { type Nature, type ProcessHost, SimulatedProcess } from "./simulated-process.js";

/** A version of the program as it is deployed. */
export interface Deployment {
  readonly codeVersion: string;
  readonly options: ResolvedOptions;
  /** Builds the graph, as each process does for itself. */
  buildGraph(): StreamGraph;
}

/** Who calls executors. */
export interface Caller {
  readonly process: SimulatedProcess;
  readonly ports: Pick<ExecutorPorts, "blocks" | "ids">;
}

interface Sandbox {
  readonly process: SimulatedProcess;
  readonly environment: ExecutorEnvironment;
  readonly requests: RequestReader;
  busy: boolean;
}

export interface FleetOptions {
  readonly loop: EventLoop;
  readonly network: Network;
  readonly storage: Storage;
  readonly host: ProcessHost;
  /** Results up to this size travel in the reply. */
  readonly inlineBytes: number;
  /** What is larger than a payload may be goes through the block store, bytes. */
  readonly payloadBytes: number;
  readonly job: string;
  /** What a new process is like. */
  natureOf(process: string): Nature;
  /** Is told of calls that were under way when a handler returned. */
  onDangling(process: SimulatedProcess): void;
}

/** How long after its start an executor dies that is to be killed, at most, milliseconds. */
const KILLED_WITHIN = 120;
/** After so long the service notices that an executor has died, milliseconds. */
const NOTICED_AFTER = 50;

export class Fleet {
  readonly #options: FleetOptions;
  /** By code version and slot. */
  readonly #pools = new Map<string, Sandbox[]>();
  #started = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** The fleet as a scheduler sees it. */
  invoker(caller: Caller, deployment: Deployment, parallelism: number): Invoker {
    return {
      parallelism,
      invoke: (target, request, signal) => this.#invoke(caller, deployment, target, request as ExecutorRequest, signal),
    };
  }

  async #invoke(
    { process, ports }: Caller,
    deployment: Deployment,
    target: Target,
    request: ExecutorRequest,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const { network, host } = this.#options;
    const bytes = encodeRequest(request);
    const fault: { kind?: CallFault } = {};
    const reply = await exchangePayloads(bytes, this.#sender(ports), (envelope) =>
      network.call(process, {
        operation: "invoke",
        key: nameOf(request),
        signal,
        onFault: (kind) => {
          fault.kind = kind;
        },
        effect: async () => {
          if (fault.kind === "memory lost") this.#forget();
          const pool = `${deployment.codeVersion}/${target.type === "slot" ? `slot-${target.slot}` : "any"}`;
          const sandbox = this.#free(pool, deployment);
          host.running = sandbox.process;
          const diesAfter = fault.kind === "executor killed" ? bytes.byteLength % KILLED_WITHIN : undefined;
          return this.#run(sandbox, envelope, diesAfter);
        },
      }),
    );
    return decode(reply);
  }

  #run(sandbox: Sandbox, request: PayloadEnvelope, diesAfter: number | undefined): Promise<PayloadEnvelope> {
    const { loop } = this.#options;
    const { process } = sandbox;
    sandbox.busy = true;
    return new Promise((resolve, reject) => {
      process.onDeath(() => {
        if (!sandbox.busy) return;
        const lost = new ExecutorLostError(`Executor ${process.name} has died.`);
        loop.after(NOTICED_AFTER, () => reject(lost));
      });
      if (diesAfter !== undefined) loop.after(diesAfter, () => process.kill());
      this.#answer(sandbox, request)
        .finally(() => this.#returned(sandbox))
        .then((reply) => process.isAlive && resolve(reply), reject);
    });
  }

  /** What the executor's handler does. */
  async #answer({ environment, requests }: Sandbox, request: PayloadEnvelope): Promise<PayloadEnvelope> {
    const { ports } = environment;
    const reply = await execute(environment, requests.read(await unpackPayload(request, ports.blocks)));
    return packPayload(encode(reply), this.#sender(ports));
  }

  #returned(sandbox: Sandbox): void {
    const { process } = sandbox;
    if (!process.isAlive) return;
    if (process.inFlight.size > 0) this.#options.onDangling(process);
    sandbox.busy = false;
  }

  #sender({ blocks, ids }: Pick<ExecutorPorts, "blocks" | "ids">): PayloadSender {
    const { job, payloadBytes } = this.#options;
    return { blocks, ids, job, limit: payloadBytes };
  }

  #free(pool: string, deployment: Deployment): Sandbox {
    const sandboxes = (this.#pools.get(pool) ?? []).filter(({ process }) => process.isAlive);
    let sandbox = sandboxes.find(({ busy }) => !busy);
    if (sandbox === undefined) {
      if (sandboxes.length >= MAX_CONCURRENCY) throw new ThrottledError(`No room in ${pool}.`);
      sandbox = this.#start(deployment);
      sandboxes.push(sandbox);
    }
    this.#pools.set(pool, sandboxes);
    return sandbox;
  }

  #start(deployment: Deployment): Sandbox {
    const { loop, network, storage, host, inlineBytes, natureOf } = this.#options;
    const name = `x${++this.#started}`;
    const process = new SimulatedProcess(name, loop, host, natureOf(name));
    const environment: ExecutorEnvironment = {
      ports: faultyPorts(network, process, storage),
      graph: deployment.buildGraph(),
      codeVersion: deployment.codeVersion,
      state: new StateCache(),
      prepared: new PreparedCache(),
      inlineBytes,
      allocate: (bytes) => new Uint8Array(bytes),
    };
    return { process, environment, requests: new RequestReader(), busy: false };
  }

  /** All sandboxes that do nothing are taken down: the next requests find nothing warm. */
  #forget(): void {
    for (const sandbox of [...this.#pools.values()].flat()) if (!sandbox.busy) sandbox.process.kill();
  }
}

/** Most sandboxes of one function. */
const MAX_CONCURRENCY = 20;

function nameOf(request: ExecutorRequest): string {
  if (request.type === "read-shard") return `read ${request.shard}`;
  const { facts, action } = request.lineage;
  const what = action === undefined ? "" : ` ${action.owner}/${action.call}`;
  return `run ${facts.time}${what} ${request.work.map(({ stage, tasks }) => `${stage}:${tasks.join(",")}`).join(" ")}`;
}
