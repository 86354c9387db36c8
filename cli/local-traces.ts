import type { LoadedProgram } from "../shared/local/index.js";
import { BatchTraces } from "../shared/monitor/index.js";
import type { BatchListener } from "../shared/streaming/index.js";
import { SystemClock, TraceExporter } from "../shared/system/index.js";

/** How long the end of the application waits for the collector, milliseconds. */
const FLUSH_MILLIS = 2_000;

/** Traces of the batches of an application that runs in this process. */
export class LocalTraces {
  /** To be given to the driver. */
  readonly listener: BatchListener;
  readonly #exporter: TraceExporter;

  /** @param say is told when the collector cannot be reached. */
  constructor(url: string, { app, bundle }: LoadedProgram, say: (line: string) => void) {
    const console = { log: (_level: unknown, message: string) => say(`sluice: ${message}`) };
    this.#exporter = new TraceExporter({ url, clock: new SystemClock(), console });
    this.listener = new BatchTraces({
      appName: app.name,
      codeVersion: bundle.version,
      batchDuration: app.options.batchDuration,
      send: (trace) => this.#exporter.send(trace),
    });
  }

  flush(): Promise<void> {
    return this.#exporter.flush(FLUSH_MILLIS);
  }
}
