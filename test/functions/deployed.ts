/** An application as it is deployed, on memory ports and in virtual time. */

import { Expenses } from "../../functions/expenses.js";
import type { MetricValues } from "../../functions/metrics.js";
import { buildProgram } from "../../functions/program.js";
import { Scheduler, type SchedulerParts, type SchedulerReply } from "../../functions/run-scheduler.js";
import type { Usage } from "../../shared/aws/index.js";
import type { execute } from "../../shared/executor/index.js";
import type { DriverPorts, Invoker } from "../../shared/ports/index.js";
import type { StreamingApp } from "../../shared/streaming/index.js";
import { executor, isolated, World } from "../engine/world.js";

/** Longest run of a scheduler. */
export const TIMEOUT_MILLIS = 900_000;

export type Meter = { usage: Usage; snapshot(): Usage };

export function meter(usage: Usage = {}): Meter {
  return { usage, snapshot: () => meterUsage(usage) };
}

const meterUsage = (usage: Usage): Usage => structuredClone(usage);

export class Deployed {
  readonly world = new World();
  readonly published: MetricValues[] = [];
  readonly app: StreamingApp;
  /** Successors that were asked for. */
  successors = 0;
  /** Requests that went to executor functions, by type. */
  readonly calls: string[] = [];

  constructor(app: StreamingApp) {
    this.app = app;
  }

  /** A container of the scheduler function: cold. */
  scheduler(parts: Partial<SchedulerParts> & { readonly ports?: Omit<DriverPorts, "invoker"> } = {}): Scheduler {
    const { world } = this;
    return new Scheduler({
      program: buildProgram(this.app),
      codeVersion: "test",
      ports: world.ports,
      executors: (_ports, inPlace) => this.executors(inPlace),
      startSuccessor: async () => void this.successors++,
      metrics: { publish: (values) => void this.published.push(values) },
      expenses: new Expenses(meter(), world.clock, 1024),
      ...parts,
    });
  }

  /** Executors that share nothing with the scheduler. */
  executors(inPlace: Invoker, count = 2): Invoker {
    const inner = isolated(Array.from({ length: count }, () => executor(this.world.ports, this.app)));
    return {
      parallelism: count,
      invoke: (target, request, signal) => {
        if (target.type === "in-place") return inPlace.invoke(target, request, signal);
        this.calls.push((request as Parameters<typeof execute>[1]).type);
        return inner.invoke(target, request, signal);
      },
    };
  }

  /** One invocation, with so much time. */
  async invoke(scheduler = this.scheduler(), timeoutMillis = TIMEOUT_MILLIS): Promise<SchedulerReply> {
    const { clock } = this.world;
    const deadline = clock.now() + timeoutMillis;
    return scheduler.run(() => Math.max(0, deadline - clock.now()));
  }

  /** A tick of the schedule at that time. */
  async tickAt(time: number, scheduler?: Scheduler): Promise<SchedulerReply> {
    await this.world.clock.sleep(time - this.world.clock.now());
    return this.invoke(scheduler);
  }

  /** Sum of what was published of a metric. */
  total(metric: keyof MetricValues): number {
    return this.published.reduce((sum, values) => sum + (values[metric] ?? 0), 0);
  }
}
