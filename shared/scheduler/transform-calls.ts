import type { LineageRequest, RecordedCall } from "../executor/index.js";
import type { ActionRunner } from "../streaming/index.js";
import { type BodyEnvironment, CallLog, runAction } from "./body-runner.js";
import type { PlanInput } from "./stage-runner.js";

/** Runs and records the actions that `transform` bodies call while a batch's lineage is built. */
export class TransformCalls {
  readonly #logs = new Map<string, CallLog>();

  /** By owner uid: what executors need to build the same lineage. */
  get calls(): Readonly<Record<string, readonly RecordedCall[]>> {
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
      return log.record(action.name, (call) => {
        const request: LineageRequest = {
          ...lineage,
          token: `${lineage.token}/${owner}/${call}`,
          transformCalls: others,
          action: { owner, call },
        };
        return runAction(environment, { ...request, action: { owner, call } }, node, action, label, input);
      });
    };
  }
}
