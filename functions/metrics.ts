/** Publishes what becomes of batches, as metrics in the log (embedded metric format): no request, and nothing that can fail a batch. */
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS, type MetricKey } from "../shared/aws/index.js";
import { BatchFailedError, OutputFailedError } from "../shared/errors/index.js";
import type { Console } from "../shared/ports/index.js";
import type { BatchListener, BatchRecord } from "../shared/streaming/index.js";

/** Values by metric. */
export type MetricValues = Partial<Record<MetricKey, number>>;

/** Where metrics go. Never throws. */
export interface MetricSink {
  publish(values: MetricValues): void;
}

/**
 * Metrics of an application as lines of the log.
 * @param console is told when a line cannot be written.
 * @example
 * logMetrics("word-count", console).publish({ records: 12 });
 */
export function logMetrics(app: string, console: Console): MetricSink {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: app });
  // The library has a dimension of its own; alarms find metrics by their exact dimensions.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ [METRIC_DIMENSION]: app });
  return {
    publish(values) {
      const known = Object.entries(values).filter(([, value]) => Number.isFinite(value));
      if (known.length === 0) return;
      try {
        for (const [key, value] of known) {
          const { name, unit } = METRICS[key as MetricKey];
          metrics.addMetric(name, unit === "None" ? MetricUnit.NoUnit : MetricUnit[unit], value);
        }
        metrics.publishStoredMetrics();
      } catch (error) {
        console.log("error", "Metrics could not be published.", { error });
      }
    },
  };
}

/** Counts that are gathered beside the batches; each call gives what has come since the last. */
export type TakeCounts = () => MetricValues;

/** Tells a sink about batches: one line for each, when its outputs are done. */
export class BatchMetrics implements BatchListener {
  readonly #sink: MetricSink;
  readonly #take: TakeCounts;
  /** The batch whose outputs run, with what is known of it. */
  #committed: { readonly batch: BatchRecord; readonly values: MetricValues } | undefined;
  #batches = 0;

  constructor(sink: MetricSink, take: TakeCounts) {
    this.#sink = sink;
    this.#take = take;
  }

  /** How many batches have been committed. */
  get batches(): number {
    return this.#batches;
  }

  onBatchCommitted(batch: BatchRecord): void {
    this.#batches += 1;
    // Its outputs are done, or no commit would follow; whether anybody said so does not matter.
    this.#publish({});
    const values: MetricValues = {
      batchesCommitted: 1,
      records: batch.records,
      schedulingDelay: batch.startedAt - batch.submittedAt,
      ...(batch.error !== undefined && { batchFailures: 1 }),
      ...this.#take(),
    };
    this.#committed = { batch, values };
  }

  onOutputsCompleted(time: number, at: number): void {
    if (this.#committed?.batch.time !== time) return;
    const { submittedAt, startedAt } = this.#committed.batch;
    this.#publish({ processingDelay: at - startedAt, totalDelay: at - submittedAt });
  }

  /** The end of a scheduler: publishes what is left, what is known only now, and what ended it. */
  ended(values: MetricValues, error?: unknown): void {
    this.#publish({});
    this.#sink.publish({ ...this.#take(), ...values, ...(error !== undefined && { [failureOf(error)]: 1 }) });
  }

  #publish(more: MetricValues): void {
    if (this.#committed === undefined) return;
    const { values } = this.#committed;
    this.#committed = undefined;
    this.#sink.publish({ ...values, ...more });
  }
}

function failureOf(error: unknown): MetricKey {
  if (error instanceof BatchFailedError) return "batchFailures";
  return error instanceof OutputFailedError ? "outputFailures" : "schedulerFailures";
}
