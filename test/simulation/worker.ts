/** A process of the simulator: takes jobs one after the other from its parent. */
import { microtaskDrain } from "../../shared/simulation/index.js";
import { callsOf, type Job, runJob, workloadOf } from "./jobs.js";
import { workloads } from "./workloads/index.js";

const drain = microtaskDrain();
if (drain === undefined) throw new Error("This Node.js has no way to run microtasks: take one that is built on V8.");

type Question =
  | { readonly ask: "job"; readonly job: Job; readonly stopAtFirst: boolean }
  | { readonly ask: "calls"; readonly workload: string; readonly seed: number }
  | { readonly ask: "workloads" };

/** Promises that nobody looked at are as bad as broken laws. */
let stray: unknown;
process.on("unhandledRejection", (reason) => {
  stray = reason;
});

process.on("message", (question: Question) => {
  // From the event loop itself: inside a microtask, microtasks cannot be run.
  setImmediate(() => {
    const answer = answerOf(question);
    setImmediate(() => {
      if (stray !== undefined) throw stray;
      process.send?.(answer);
    });
  });
});

function answerOf(question: Question): unknown {
  switch (question.ask) {
    case "job":
      return runJob(question.job, drain as () => void, question.stopAtFirst);
    case "calls":
      return callsOf(workloadOf(question.workload, 0), question.seed, drain as () => void);
    case "workloads":
      return workloads.map(({ name, about }) => ({ name, about }));
  }
}
