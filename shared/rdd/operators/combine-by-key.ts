import { KeyTable } from "../../codec/index.js";
import type { Aggregator } from "../aggregator.js";
import type { Operator } from "../lineage.js";
import { checkKey, toPair } from "../pair.js";
import { pairPusher, type Sink } from "../sink.js";
import { type TaskInfo, userError } from "../task-info.js";

/**
 * Folds pairs into one combiner a key: the map side of a shuffle, or all of it where keys are in place already. When the
 * input ends, `done` gets the keys, first seen first, and under the number of each its combiner.
 */
export function combiningSink(
  aggregator: Aggregator,
  task: TaskInfo,
  label: string,
  done: (keys: KeyTable, combiners: readonly unknown[]) => void,
): Sink {
  const keys = new KeyTable();
  const combiners: unknown[] = [];
  const pushPair = (key: unknown, value: unknown): void => {
    try {
      const number = keys.add(checkKey(key, label));
      if (number < combiners.length) combiners[number] = aggregator.mergeValue(combiners[number], value);
      else combiners.push(aggregator.createCombiner(value));
    } catch (cause) {
      throw userError(label, task, cause, { value: [key, value] });
    }
  };
  return {
    push(element) {
      const pair = toPair(element, label);
      pushPair(pair[0], pair[1]);
    },
    pushPair,
    end: () => done(keys, combiners),
  };
}

/** `combineByKey` where all pairs of a key are in one partition already. */
export function combineByKey(aggregator: Aggregator): Operator {
  return {
    name: "combineByKey",
    attach: (out, task, label) => {
      const emit = pairPusher(out);
      return combiningSink(aggregator, task, label, ({ keys }, combiners) => {
        for (let i = 0; i < combiners.length; i++) emit(keys[i], combiners[i]);
        out.end();
      });
    },
  };
}

/** The reduce side of a shuffle: merges the combiners that the map sides made. */
export function mergeCombiners(aggregator: Aggregator): Operator {
  const merging: Aggregator = {
    createCombiner: (combiner) => combiner,
    mergeValue: aggregator.mergeCombiners,
    mergeCombiners: aggregator.mergeCombiners,
  };
  return { ...combineByKey(merging), name: "mergeCombiners" };
}
