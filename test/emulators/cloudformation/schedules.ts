/**
 * EventBridge rules and Scheduler schedules with a rate: fired at Lambda functions, as asynchronous invocations. Time runs
 * `speed` times as fast as on AWS, where nothing is fired more often than once a minute.
 */
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";

export interface Schedule {
  readonly name: string;
  /** `rate(1 minute)`. */
  readonly expression: string;
  readonly enabled: boolean;
  readonly targets: readonly { readonly functionArn: string; readonly event: unknown }[];
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The period of a rate expression, milliseconds. @throws {Error} for cron expressions, which this emulator does not read. */
export function periodOf(expression: string): number {
  const [, count, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const millis = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (!(millis > 0)) throw new Error(`Parameter ScheduleExpression is not valid or not supported here: ${expression}`);
  return millis;
}

export class Schedules {
  readonly #lambda: LambdaClient;
  readonly #speed: number;
  readonly #log: (message: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #schedules = new Map<string, Schedule>();

  /** @param speed How many times faster than real time; 60 makes a minute a second. */
  constructor(lambda: LambdaClient, speed: number, log: (message: string) => void) {
    this.#lambda = lambda;
    this.#speed = speed;
    this.#log = log;
  }

  /** Sets a schedule up, or anew. It fires for the first time after one period. */
  put(schedule: Schedule): void {
    this.remove(schedule.name);
    this.#schedules.set(schedule.name, schedule);
    const period = periodOf(schedule.expression) / this.#speed;
    if (schedule.enabled) this.#timers.set(schedule.name, setInterval(() => void this.#fire(schedule), period).unref());
  }

  remove(name: string): void {
    clearInterval(this.#timers.get(name));
    this.#timers.delete(name);
    this.#schedules.delete(name);
  }

  /** Fires all enabled schedules now. */
  async fire(): Promise<void> {
    await Promise.all([...this.#schedules.values()].filter(({ enabled }) => enabled).map((one) => this.#fire(one)));
  }

  /** Nothing is fired any more. */
  stop(): void {
    for (const name of [...this.#schedules.keys()]) this.remove(name);
  }

  async #fire({ name, targets }: Schedule): Promise<void> {
    const time = new Date().toISOString();
    for (const { functionArn, event } of targets) {
      const payload = JSON.stringify(event).replaceAll("<aws.scheduler.scheduled-time>", time);
      const command = new InvokeCommand({ FunctionName: functionArn, InvocationType: "Event", Payload: payload });
      await this.#lambda.send(command).catch((error: Error) => this.#log(`schedule ${name}: ${error.message}`));
    }
  }
}
