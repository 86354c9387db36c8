/**
 * Runs a past batch again, by the same code as the driver: from its plan, the blocks it read, and the state and the kept RDDs
 * of the batch before. All of it in this process and thread, so that a debugger sees it; nothing is changed anywhere.
 */
import {
  type BatchPlan,
  type BatchStats,
  type InputPosition,
  jobName,
  type Manifest,
  planKey,
  readPlan,
  startsOf,
} from "../checkpoint/index.js";
import { decodeColumn } from "../codec/index.js";
import { IllegalArgumentError } from "../errors/index.js";
import { type ExecutorReply, InProcessInvoker, load, PreparedCache } from "../executor/index.js";
import type { ExecutorPorts, Invoker } from "../ports/index.js";
import type { DataRef } from "../rdd/index.js";
import { FIRST_BATCH, runBatch, TaskRunner } from "../scheduler/index.js";
import { StateCache } from "../state/index.js";
import { liveInputs, type OutputNode, type ResolvedOptions, type StreamGraph } from "../streaming/index.js";
import { sum } from "./known-batch.js";
import { ManifestChain } from "./manifest-chain.js";
import { readOnlyPorts, type WrittenFile } from "./read-only-ports.js";
import { textOf } from "./text.js";

export interface ReplayRequest {
  readonly graph: StreamGraph;
  readonly options: ResolvedOptions;
  /** Of the program at hand. */
  readonly codeVersion: string;
  /** Of the application whose batch it is; only read. */
  readonly ports: ExecutorPorts;
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  /** Elements to show of outputs that have no text of their own. @defaultValue 20 */
  readonly show?: number;
}

/** What an output operation would have done. */
export interface ReplayedOutput {
  readonly uid: string;
  readonly kind: string;
  /** Captured elements of a `foreachRDD`, whose body is not run: it may reach the world. */
  readonly elements: number | undefined;
  /** What it prints, or its first elements. */
  readonly lines: readonly string[];
  /** Files that it would have written, and their sizes in bytes. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** Is it, byte for byte, what the batch committed? `undefined`: the batch committed nothing. */
  readonly same: boolean | undefined;
}

export interface ReplayedBatch {
  readonly time: number;
  /** True when it was committed; false for one at which the application halted. */
  readonly committed: boolean;
  /** True when the program is not the one that ran the batch. */
  readonly programChanged: boolean;
  readonly stats: BatchStats;
  readonly records: number;
  readonly outputs: readonly ReplayedOutput[];
}

/**
 * Runs the batch of a time again.
 * @throws {BatchFailedError} what it fails with, the program's own stack as its last cause.
 * @throws {IllegalArgumentError} when there is no such batch, or not any more, naming those that there are.
 */
export async function replayBatch(request: ReplayRequest): Promise<ReplayedBatch> {
  const past = await findBatch(request);
  const { graph, codeVersion } = request;
  const written: WrittenFile[] = [];
  const below = { ...request.ports, clock: { ...clockOf(request.ports), now: () => past.startedAt } };
  const ports = readOnlyPorts(below, streamIdsOf(graph, past), written);
  const prepared = new PreparedCache();
  const invoker = onceOnly(
    new InProcessInvoker({
      ports,
      graph,
      codeVersion,
      state: new StateCache(),
      prepared,
      inlineBytes: Number.POSITIVE_INFINITY,
      allocate: (bytes) => new Uint8Array(bytes),
    }),
  );
  const result = await runBatch(
    {
      job: jobName(graph.appName),
      codeVersion,
      tasks: new TaskRunner(invoker, ports.clock),
      blocks: ports.blocks,
      collapseBytes: Number.POSITIVE_INFINITY,
      prepared,
      graph,
      options: { ...request.options, onBatchFailure: "halt" },
      ports: { ...ports, invoker, console: { print() {}, log() {} } },
    },
    {
      previous: past.previous,
      plan: past.plan,
      fresh: false,
      names: { items: [], objects: [] },
      rates: past.committed?.rates ?? {},
      submittedAt: past.submittedAt,
      startedAt: past.startedAt,
    },
  );
  // What tasks wrote belongs to no output operation that is shown.
  written.length = 0;
  const outputs: ReplayedOutput[] = [];
  for (const output of graph.outputs) {
    const refs = result.manifest.outputs[output.uid];
    if (refs === undefined) continue;
    outputs.push(await replayOutput(request, ports, written, output, refs, past));
  }
  return {
    time: past.plan.time,
    committed: past.committed !== undefined,
    programChanged: past.plan.codeVersion !== codeVersion,
    stats: result.stats,
    records: sum(result.stats.inputs, ({ records }) => records),
    outputs,
  };
}

/** What a batch was made of. */
interface PastBatch {
  readonly plan: BatchPlan;
  readonly previous: Manifest | undefined;
  readonly committed: Manifest | undefined;
  readonly submittedAt: number;
  readonly startedAt: number;
}

async function findBatch({ graph, ports, time }: ReplayRequest): Promise<PastBatch> {
  const job = jobName(graph.appName);
  const chain = new ManifestChain(ports, job);
  const manifests = await chain.newest(Number.POSITIVE_INFINITY);
  const committed = manifests.find((manifest) => manifest.time === time);
  if (committed !== undefined) {
    const previous = committed.previous === undefined ? undefined : await chain.read(committed.previous);
    const sort = committed.owned.items.find((name) => name.startsWith("plan/"));
    const plan = sort === undefined ? undefined : await readPlan(ports, { partition: job, sort });
    // The oldest batch that is kept has nothing to begin from, unless it was the first of all.
    if (plan !== undefined && (previous !== undefined || committed.previous === undefined)) {
      const { submittedAt, startedAt } = committed.stats;
      return { plan, previous, committed, submittedAt, startedAt };
    }
  }
  const head = await chain.head();
  const pending = head && (await readPlan(ports, planKey(job, head.manifest || FIRST_BATCH, head.revision)));
  if (pending?.time === time) {
    return { plan: pending, previous: manifests[0], committed: undefined, submittedAt: time, startedAt: time };
  }
  throw noSuchBatch(graph.appName, time, manifests, pending);
}

function noSuchBatch(
  app: string,
  time: number,
  manifests: readonly Manifest[],
  pending: BatchPlan | undefined,
): IllegalArgumentError {
  // The batch before the oldest is gone, and with it what that one began from.
  const all = manifests.filter(({ previous }, i) => previous === undefined || i < manifests.length - 1);
  const [newest, oldest] = [pending?.time ?? all[0]?.time, all[all.length - 1]?.time ?? pending?.time];
  const there =
    newest === undefined ? "It has no batch that can be run again." : `It has those from ${oldest} to ${newest} ms.`;
  return new IllegalArgumentError(`There is no batch ${time} of "${app}", or it is not kept any more. ${there}`, {
    batchTime: time,
  });
}

function streamIdsOf(graph: StreamGraph, { plan, previous }: PastBatch): ReadonlyMap<string, string> {
  const starts = startsOf(plan, previous);
  return new Map(
    liveInputs(graph).flatMap(({ uid, input }): (readonly [string, string])[] => {
      const start: InputPosition | undefined = starts[uid];
      if (start === undefined) {
        const known = Object.keys(starts).join(", ") || "none";
        throw new IllegalArgumentError(
          `The batch was planned by a program that had no input ${uid} (it had: ${known}): run it with the program of then.`,
          { input: uid },
        );
      }
      return input.type === "stream" && start.type === "stream" ? [[input.stream, start.streamId]] : [];
    }),
  );
}

/** One failure is enough: nobody is to step through the same error three times. */
function onceOnly(invoker: Invoker): Invoker {
  return {
    parallelism: invoker.parallelism,
    async invoke(target, request, signal) {
      const reply = (await invoker.invoke(target, request, signal)) as ExecutorReply<unknown>;
      return reply.ok ? reply : { ...reply, error: { ...reply.error, retry: "never" } };
    },
  };
}

async function replayOutput(
  request: ReplayRequest,
  ports: ExecutorPorts,
  written: WrittenFile[],
  { uid, kind, operation }: OutputNode,
  refs: readonly (DataRef | undefined)[],
  { plan, committed }: PastBatch,
): Promise<ReplayedOutput> {
  const partitions = refs.map((ref) => ({
    load: async () => (ref === undefined ? undefined : load(ports.blocks, ref)),
  }));
  const lines: string[] = [];
  let elements: number | undefined;
  const from = written.length;
  if (operation.body === undefined) {
    const token = `${jobName(request.graph.appName)}/${plan.time}/${uid}`;
    const print = (text: string): void => void lines.push(...text.trimEnd().split("\n"));
    const runBody = async (): Promise<void> => {};
    await operation.run({ time: plan.time, token, partitions }, { files: ports.files, print, runBody });
  } else {
    const values = (await Promise.all(partitions.map((partition) => partition.load()))).flatMap((bytes) =>
      bytes === undefined ? [] : decodeColumn(bytes),
    );
    elements = values.length;
    lines.push(...values.slice(0, request.show ?? 20).map((value) => textOf(value, 1000)));
  }
  return {
    uid,
    kind,
    elements,
    lines,
    files: written.slice(from).map(({ path, bytes }) => ({ path, bytes: bytes.byteLength })),
    same: await isSame(ports, refs, committed?.outputs[uid]),
  };
}

/** `undefined` when there is nothing to compare with: the batch did not put anything out, or was passed over. */
async function isSame(
  { blocks }: ExecutorPorts,
  now: readonly (DataRef | undefined)[],
  then: readonly (DataRef | undefined)[] | undefined,
): Promise<boolean | undefined> {
  if (then === undefined) return undefined;
  if (now.length !== then.length) return false;
  for (const [i, ref] of now.entries()) {
    const before = then[i];
    if (ref === undefined || before === undefined) {
      if (ref !== before) return false;
      continue;
    }
    if (Buffer.compare(await load(blocks, ref), await load(blocks, before)) !== 0) return false;
  }
  return true;
}

/** A clock's methods may be of a class, which spreading would lose. */
function clockOf({ clock }: ExecutorPorts): ExecutorPorts["clock"] {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (millis, signal) => clock.sleep(millis, signal),
  };
}
