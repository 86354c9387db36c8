import { type Usage, UsageMeter } from "../shared/aws/index.js";
import { costOfInvocations, costOfRequests, costOfRunning } from "../shared/monitor/index.js";
import type { Clock } from "../shared/ports/index.js";
import type { MetricValues } from "./metrics.js";

/** Adds up what a function costs, and how often it is throttled, from one look to the next. */
export class Expenses {
  readonly #meter: Pick<UsageMeter, "snapshot">;
  readonly #clock: Clock;
  readonly #memoryMegabytes: number;
  #invocations = 0;
  #usage: Usage;
  #lookedAt: number | undefined;
  #millis = 0;

  /** @param memoryMegabytes what the function is configured with. */
  constructor(meter: Pick<UsageMeter, "snapshot">, clock: Clock, memoryMegabytes: number) {
    this.#meter = meter;
    this.#clock = clock;
    this.#memoryMegabytes = memoryMegabytes;
    this.#usage = meter.snapshot();
  }

  /** An invocation begins: from here on the function's time costs money. */
  begin(): void {
    this.#invocations += 1;
    this.#lookedAt = this.#clock.monotonic();
  }

  /** It ends. */
  end(): void {
    this.#pass();
    this.#lookedAt = undefined;
  }

  /** What has come since the last call. */
  take(): MetricValues {
    this.#pass();
    const usage = this.#meter.snapshot();
    const used = UsageMeter.minus(usage, this.#usage);
    const estimatedCost =
      costOfRequests(used) + costOfRunning(this.#millis, this.#memoryMegabytes) + costOfInvocations(this.#invocations);
    this.#usage = usage;
    this.#millis = 0;
    this.#invocations = 0;
    return { estimatedCost, throttles: throttlesIn(used) };
  }

  #pass(): void {
    if (this.#lookedAt === undefined) return;
    const now = this.#clock.monotonic();
    this.#millis += now - this.#lookedAt;
    this.#lookedAt = now;
  }
}

function throttlesIn(usage: Usage): number {
  return Object.values(usage)
    .flatMap((operations) => Object.values(operations))
    .reduce((sum, { throttles }) => sum + throttles, 0);
}
