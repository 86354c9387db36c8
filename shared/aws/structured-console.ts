import { Logger } from "@aws-lambda-powertools/logger";
import type { Console } from "../ports/index.js";

/** What every line of the log says besides its message. */
export interface LogContext {
  /** Batch time, epoch milliseconds. */
  readonly batchTime?: number;
  /** Of the invocation. */
  readonly requestId?: string;
}

/** How a {@link StructuredConsole} is set up. */
export interface StructuredConsoleOptions {
  /** Name of the job: `job-<application>`. */
  readonly job: string;
  /** `DEBUG`, `INFO`, `WARN`, `ERROR`, in either case. @defaultValue `INFO` */
  readonly level?: string | undefined;
  /** @defaultValue standard output */
  readonly output?: { write(text: string): unknown };
}

/**
 * The console of a function: what the program prints goes to standard output line by line, as the program wrote it; messages
 * become structured lines with job, batch time and request, errors with their code, details and causes.
 *
 * @example
 * const console = new StructuredConsole({ job: "job-word-count" });
 * console.about({ batchTime: 1000 });
 * console.log("warn", "The sink is slow.", { millis: 900 });
 */
export class StructuredConsole implements Console {
  readonly #logger: Logger;
  readonly #output: { write(text: string): unknown };

  constructor({ job, level, output = process.stdout }: StructuredConsoleOptions) {
    this.#logger = new Logger({ serviceName: job, logLevel: levelOf(level), persistentKeys: { job } });
    this.#output = output;
  }

  /** Sets what the following lines say about where they come from; `undefined` takes it out. */
  about(context: { readonly [Name in keyof LogContext]: LogContext[Name] | undefined }): void {
    for (const [name, value] of Object.entries(context)) {
      if (value === undefined) this.#logger.removeKeys([name]);
      else this.#logger.appendKeys({ [name]: value });
    }
  }

  print(text: string): void {
    this.#output.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  log(level: "info" | "warn" | "error", message: string, details: Readonly<Record<string, unknown>> = {}): void {
    const { error, ...rest } = details;
    const extra = { ...(error !== undefined && { error }), ...(Object.keys(rest).length > 0 && { details: rest }) };
    try {
      this.#logger[level](message, extra);
    } catch (failure) {
      // Whatever a details object does when it is written, the message must not be lost, and nobody else is to suffer.
      this.#logger[level](message, { details: `cannot be written: ${String(failure)}` });
    }
  }
}

const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"] as const;

/** A level that does not exist must not keep an application from running. */
function levelOf(level: string | undefined): (typeof LEVELS)[number] {
  return LEVELS.find((known) => known === level?.toUpperCase()) ?? "INFO";
}
