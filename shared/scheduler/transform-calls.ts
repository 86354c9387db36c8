import { callName, type LineageRequest } from "../executor/index.js";
import type { ActionRunner } from "../streaming/index.js";
import { type BodyEnvironment, runAction } from "./body-runner.js";
import { CallLog } from "./call-log.js";
import type { PlanInput } from "./stage-runner.js";

/** Runs and records the actions that `transform` bodies call while a batch's lineage is built. */
export class TransformCalls {
  readonly #logs = new Map<string, CallLog>();

  /** By owner uid: what executors need to build the same lineage. */
  get calls(): LineageRequest["transformCalls"] {
    return Object.fromEntries([...this.#logs].map(([owner, log]) => [owner, log.calls]));
  }

  runner(
    environment: BodyEnvironment,
    lineage: Omit<LineageRequest, "transformCalls" | "action">,
    input: Pick<PlanInput, "state" | "bytes">,
  ): ActionRunner {
    return (owner, node, action, label) => {
      const log = this.#logs.get(owner) ?? new CallLog();
      this.#logs.set(owner, log);
      const others = this.calls;
      const name = callName(action, node);
      return log.record(name, (call) => {
        const token = `${lineage.token}/${owner}/${call}`;
        const request = { ...lineage, token, transformCalls: others, action: { owner, call, name } };
        return runAction(environment, request, node, action, label, input);
      });
    };
  }

  /** Waits for actions that their bodies did not wait for. @throws what the first of them failed with. */
  async settle(): Promise<void> {
    for (const log of this.#logs.values()) await log.settle();
  }
}
