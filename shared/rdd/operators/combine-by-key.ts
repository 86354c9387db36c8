import { KeyMap } from "../../codec/index.js";
import type { Aggregator } from "../aggregator.js";
import type { Operator } from "../lineage.js";
import { checkKey, toPair } from "../pair.js";
import { pairPusher, type Sink } from "../sink.js";
import { type TaskInfo, userError } from "../task-info.js";

/** A key's combiner while it grows: one map look-up a record, the rest is a field. */
interface Cell {
  combiner: unknown;
}

/**
 * Folds pairs into one combiner a key: the map side of a shuffle, or all of it where keys are in place already. Calls
 * `emit` for each key, first seen first, when the input ends.
 */
export function combiningSink(
  aggregator: Aggregator,
  task: TaskInfo,
  label: string,
  emit: (key: unknown, combiner: unknown) => void,
  done: () => void,
): Sink {
  const cells = new KeyMap<Cell>();
  const pushPair = (key: unknown, value: unknown): void => {
    try {
      const cell = cells.get(key);
      if (cell !== undefined) cell.combiner = aggregator.mergeValue(cell.combiner, value);
      else cells.set(checkKey(key, label), { combiner: aggregator.createCombiner(value) });
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
    end() {
      cells.forEach((cell, key) => {
        emit(key, cell.combiner);
      });
      done();
    },
  };
}

/** `combineByKey` where all pairs of a key are in one partition already. */
export function combineByKey(aggregator: Aggregator): Operator {
  return {
    name: "combineByKey",
    attach: (out, task, label) => combiningSink(aggregator, task, label, pairPusher(out), () => out.end()),
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
