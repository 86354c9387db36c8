/**
 * Runs bodies of the user's on the driver: `foreachRDD` after the commit, `transform` while the lineage is built. Their
 * actions become plans that executors run; every call is recorded, so that executors can replay the body up to it.
 */
import { decode, encode } from "../codec/index.js";
import { NonDeterministicBodyError } from "../errors/index.js";
import {
  ACTION_TARGET,
  type ActionRequest,
  bodyRdd,
  type LineageRequest,
  lineageKey,
  type PreparedCache,
  preparedAction,
  type RecordedCall,
} from "../executor/index.js";
import type { BlockStore } from "../ports/index.js";
import type { Action, DataRef, PartitionSource, RddNode } from "../rdd/index.js";
import { BatchBuilder, type BatchFacts, type ForeachBody } from "../streaming/index.js";
import { type PlanInput, runPlan } from "./stage-runner.js";
import type { TaskRunner } from "./task-runner.js";

export interface BodyEnvironment {
  readonly job: string;
  readonly codeVersion: string;
  readonly tasks: TaskRunner;
  readonly blocks: BlockStore;
  readonly collapseBytes: number;
  /** Shared with executors in this process, which then need no replay. */
  readonly prepared: PreparedCache;
}

/** The calls of one body, in call order. */
export class CallLog {
  readonly #calls: { name: string; result?: { value: unknown } }[] = [];

  get calls(): readonly RecordedCall[] {
    return this.#calls.map((call) => ({ ...call }));
  }

  /** Records a call, runs it with its position and the calls before it, and records its result as executors will get it. */
  async record<R>(name: string, run: (position: number, before: readonly RecordedCall[]) => Promise<R>): Promise<R> {
    const before = this.calls;
    const entry: { name: string; result?: { value: unknown } } = { name };
    this.#calls.push(entry);
    const value = decode(encode(await run(before.length, before))) as R;
    entry.result = { value };
    return value;
  }
}

/** Runs one action as a plan of its own. */
export async function runAction(
  environment: BodyEnvironment,
  request: LineageRequest & { readonly action: ActionRequest },
  node: RddNode,
  action: Action,
  label: string,
  input: Pick<PlanInput, "state" | "bytes">,
): Promise<unknown> {
  const prepared = preparedAction(node, action, label);
  environment.prepared.set(lineageKey(request), Promise.resolve(prepared));
  const result = await runPlan(environment.tasks, prepared, {
    job: environment.job,
    codeVersion: environment.codeVersion,
    lineage: request,
    collapseBytes: environment.collapseBytes,
    ...input,
  });
  const partials: unknown[] = [];
  for (let partition = 0; partition < node.numPartitions; partition++) {
    const ref = result.captured[ACTION_TARGET]?.[partition];
    partials.push(ref === undefined ? undefined : decode(await loadRef(environment.blocks, ref)));
  }
  return action.merge(partials);
}

/** What an output operation handed over, and what it is about. */
export interface BodyInput {
  readonly uid: string;
  /** Unique name of this attempt: executors keep the lineages of a body, which closes over earlier results. */
  readonly attempt: string;
  readonly facts: BatchFacts;
  readonly sources: readonly PartitionSource[];
  readonly bytes: number;
  readonly token: string;
}

export async function runForeachBody(environment: BodyEnvironment, input: BodyInput, body: ForeachBody): Promise<void> {
  const log = new CallLog();
  const builder = new BatchBuilder(input.facts, (_owner, node, action, label) =>
    log.record(action.name, (call, calls) => {
      const request = {
        plan: input.attempt,
        token: `${input.token}/${call}`,
        facts: input.facts,
        transformCalls: {},
        action: { owner: input.uid, call, output: { sources: input.sources, calls } },
      };
      return runAction(environment, request, node, action, label, { state: {}, bytes: input.bytes });
    }),
  );
  const steps = new Set<string>();
  await body(bodyRdd(builder, input.uid, input.sources), input.facts.time, {
    step: (name, effect) => {
      if (steps.has(name)) {
        throw new NonDeterministicBodyError(
          `${input.uid} has two steps named "${name}": a step's name must be unique in its body.`,
          { operator: input.uid },
        );
      }
      steps.add(name);
      return log.record(`step ${name}`, async () => effect(`${input.token}/${name}`));
    },
  });
}

export async function loadRef(blocks: BlockStore, ref: DataRef): Promise<Uint8Array> {
  if (ref.type === "inline") return ref.bytes;
  const bytes = await blocks.getRange(ref.name, ref.start, ref.end);
  if (bytes === undefined) throw new Error(`object ${ref.name} is gone`);
  return bytes;
}
