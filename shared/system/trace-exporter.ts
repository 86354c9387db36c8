import type { Clock, Console } from "../ports/index.js";
import { endsWithin } from "../rules/index.js";

/** Traces that wait to be sent. With more the collector is too slow, or gone: the newest are dropped. */
const MAX_WAITING = 100;
/** How long a collector may take to answer, milliseconds. */
const ANSWER_MILLIS = 5_000;

export interface TraceExporterOptions {
  /** Of the collector; a URL without path gets OTLP's `/v1/traces`. */
  readonly url: string;
  readonly clock: Pick<Clock, "sleep">;
  readonly console: Pick<Console, "log">;
  /** @defaultValue 100 */
  readonly maxWaiting?: number;
  /** @defaultValue 5000 */
  readonly answerMillis?: number;
}

/**
 * Sends traces to a collector of OpenTelemetry, OTLP over HTTP as JSON: one after the other, beside the batches. Whatever goes
 * wrong is said once and then no more until something was taken again; it never reaches a batch, and nothing is sent twice.
 *
 * @example
 * const exporter = new TraceExporter({ url: "http://127.0.0.1:4318", clock, console });
 * exporter.send({ resourceSpans: [] });
 * await exporter.flush(1000);
 */
export class TraceExporter {
  readonly #options: TraceExporterOptions;
  readonly #url: string;
  readonly #waiting: object[] = [];
  #sending: Promise<void> | undefined;
  #isSilent = false;

  constructor(options: TraceExporterOptions) {
    this.#options = options;
    this.#url = tracesUrl(options.url);
  }

  /** Takes a trace, or drops it when too many are waiting. Returns at once and never throws. */
  send(trace: object): void {
    if (this.#waiting.length >= (this.#options.maxWaiting ?? MAX_WAITING)) {
      this.#complain("is too slow: traces are dropped");
      return;
    }
    this.#waiting.push(trace);
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Waits until all is sent, but at most so long. */
  async flush(mostMillis: number): Promise<void> {
    if (this.#sending !== undefined) await endsWithin(this.#options.clock, mostMillis, this.#sending);
  }

  async #sendAll(): Promise<void> {
    for (let trace = this.#waiting.shift(); trace !== undefined; trace = this.#waiting.shift()) {
      await this.#post(trace).then(
        () => {
          this.#isSilent = false;
        },
        (error: unknown) => this.#complain(`did not take a trace: ${reasonOf(error)}`),
      );
    }
  }

  async #post(trace: object): Promise<void> {
    const response = await fetch(this.#url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(trace),
      signal: AbortSignal.timeout(this.#options.answerMillis ?? ANSWER_MILLIS),
    });
    // An unread body would keep the connection from being used again.
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`it answered ${response.status}`);
  }

  #complain(what: string): void {
    if (this.#isSilent) return;
    this.#isSilent = true;
    this.#options.console.log("warn", `The collector at ${this.#url} ${what}. Batches go on as ever.`);
  }
}

function tracesUrl(text: string): string {
  const url = new URL(text);
  if (url.pathname === "/") url.pathname = "/v1/traces";
  return url.href;
}

/** Of a failed `fetch` the cause says more. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Partial<Error>;
  return (cause as Partial<Error> | undefined)?.message || message || String(error);
}
