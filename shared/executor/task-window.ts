import { forEachPair } from "../codec/index.js";
import type { BlockStore } from "../ports/index.js";
import {
  checkKey,
  keptPartition,
  pairPusher,
  type Sink,
  type TaskInfo,
  toPair,
  userError,
  type WindowNode,
} from "../rdd/index.js";
import { together } from "../rules/index.js";
import { JoinedValues, ReducedValues, type StateCache, WindowContents } from "../state/index.js";
import { load } from "./data.js";

/** One partition of a window in the hands of one task. */
export interface TaskWindow {
  /** Takes what this batch contributes; passes the window's pairs on at the end. */
  attach(out: Sink): Sink;
  /** The partition stays warm: to be called when the task is done, and not when it failed halfway. */
  keep(): void;
}

/** Where a task's windows are remembered, and under what name what it contributes itself is kept. */
export interface WindowMemory {
  readonly cache: StateCache;
  readonly job: string;
  readonly contribution: string;
}

/** A contribution that has to be read because it is not in memory. */
interface Missing {
  readonly time: number;
  readonly name: string;
  readonly bytes: Uint8Array | undefined;
}

/**
 * Opens a window's partition: as it is in memory, if that is a beginning of what the window holds now, and what is missing
 * from where it was kept. So the result does not depend on what was in memory; only its cost does.
 *
 * @param memory Without, nothing is taken from memory and nothing put there.
 */
export async function openWindow(
  blocks: BlockStore,
  memory: WindowMemory | undefined,
  node: WindowNode,
  task: TaskInfo,
): Promise<TaskWindow> {
  const { partition } = task;
  const slot = `${memory?.job}/${node.uid}/${partition}/${node.numPartitions}`;
  const past = node.past.map((rdd) => ({ time: rdd.time, ...keptPartition(rdd, partition) }));
  const warm = memory?.cache.takeWindow(slot);
  try {
    warm?.dropUpTo(node.covers.after);
  } catch (cause) {
    throw userError(node.label, task, cause);
  }
  const known = warm?.names ?? [];
  const contents = warm !== undefined && known.every((name, i) => past[i]?.name === name) ? warm : emptyWindow(node);
  const missing = await together(
    past.slice(contents.names.length).map(
      async ({ time, name, ref }): Promise<Missing> => ({
        time,
        name,
        bytes: ref === undefined ? undefined : await load(blocks, ref),
      }),
    ),
  );
  return {
    attach: (out) => windowSink(node, contents, missing, memory?.contribution ?? "", out, task),
    keep: () => memory?.cache.putWindow(slot, contents),
  };
}

/** Keys flip their stacks at different lengths, so that they do not all do it in the same batch. */
function emptyWindow({ fold, span }: WindowNode): WindowContents {
  if (fold.type === "concat") return new WindowContents(() => new JoinedValues());
  const reduce = ReducedValues.frozen(fold.reduce);
  return new WindowContents((ordinal) => new ReducedValues(reduce, 1 + (ordinal % span)));
}

function windowSink(
  node: WindowNode,
  contents: WindowContents,
  missing: readonly Missing[],
  contribution: string,
  out: Sink,
  task: TaskInfo,
): Sink {
  const add = (key: unknown, value: unknown): void => {
    try {
      contents.add(checkKey(key, node.label), value);
    } catch (cause) {
      throw userError(node.label, task, cause, { value: [key, value] });
    }
  };
  let caughtUp = false;
  const catchUp = (): void => {
    if (caughtUp) return;
    caughtUp = true;
    for (const { time, name, bytes } of missing) {
      contents.begin(time, name);
      if (bytes !== undefined) forEachPair(bytes, add);
    }
    if (node.parent !== undefined) contents.begin(node.covers.upTo, contribution);
  };
  const pushPair = (key: unknown, value: unknown): void => {
    catchUp();
    add(key, value);
  };
  return {
    push(element) {
      const pair = toPair(element, node.label);
      pushPair(pair[0], pair[1]);
    },
    pushPair,
    end() {
      catchUp();
      const emit = pairPusher(out);
      contents.forEach((key, values) => {
        let result: unknown;
        try {
          result = values.result();
        } catch (cause) {
          throw userError(node.label, task, cause, { value: [key] });
        }
        emit(key, result);
      });
      out.end();
    },
  };
}
