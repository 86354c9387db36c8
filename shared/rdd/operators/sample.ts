import type { Operator } from "../lineage.js";
import { poisson, randomFrom } from "../random.js";
import type { TaskInfo } from "../task-info.js";

/** The seed of a partition: as given, or by default another one for each operator and batch. */
export function seedOf(seed: number | undefined, task: TaskInfo, label: string): readonly unknown[] {
  return seed === undefined ? [label, task.batchTime, task.partition] : [seed, task.partition];
}

/** Each element with a chance of `to - from`: those whose random number is in the range. Equal seeds draw equal numbers. */
export function sampleRange(from: number, to: number, seed: number | undefined): Operator {
  return {
    name: "sample",
    attach: (out, task, label) => {
      const random = randomFrom(seedOf(seed, task, label));
      return {
        push(value) {
          const drawn = random();
          if (drawn >= from && drawn < to) out.push(value);
        },
        end: () => out.end(),
      };
    },
  };
}

/** Each element any number of times, `fraction` times on average. */
export function sampleWithReplacement(fraction: number, seed: number | undefined): Operator {
  return {
    name: "sample",
    attach: (out, task, label) => {
      const random = randomFrom(seedOf(seed, task, label));
      return {
        push(value) {
          for (let times = poisson(fraction, random); times > 0; times--) out.push(value);
        },
        end: () => out.end(),
      };
    },
  };
}
