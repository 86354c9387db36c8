/** Gauges as Prometheus reads them: those of Spark's streaming source, by its names, and what it has not. */
import type { MonitorSource } from "./source.js";
import { sparkStatus } from "./spark-json.js";
import type { BatchSummary } from "./view.js";

/** What Spark gives where there is nothing to tell. */
const ABSENT = -1;

/** Text format 0.0.4. Few, fixed labels: the application, and of costs the service. */
export function prometheusText(source: MonitorSource): string {
  const app = source.app();
  const batches = source.batches();
  const ended = batches.filter((batch) => sparkStatus(batch) === "COMPLETED");
  const running = batches.filter(({ status }) => status === "processing").length;
  const waiting = batches.filter(({ status }) => status === "queued").length;
  const completed = ended[0];
  const received = batches.find(({ status }) => status !== "queued");
  const gauges: readonly (readonly [name: string, help: string, value: number | undefined])[] = [
    ["receivers", "Receivers.", app.receivers.length],
    ["total_completed_batches", "Batches that have ended.", app.batches.completed + app.batches.failed],
    ["total_failed_batches", "Batches that have failed.", app.batches.failed],
    ["total_received_records", "Records that batches have read.", app.records],
    ["total_processed_records", "Records of batches that have ended.", app.processedRecords],
    ["unprocessed_batches", "Batches that are due and have not ended.", waiting + running],
    ["waiting_batches", "Batches that are due and have not begun.", waiting],
    ["running_batches", "Batches that have begun and not ended.", running],
    ["retained_completed_batches", "Ended batches that are kept one by one.", ended.length],
    ...lastBatch("last_completed_batch", completed, [
      ["submission_time", "submittedAt"],
      ["processing_start_time", "startedAt"],
      ["processing_end_time", "endedAt"],
      ["processing_delay", "processingTime"],
      ["scheduling_delay", "schedulingDelay"],
      ["total_delay", "totalDelay"],
    ]),
    ...lastBatch("last_received_batch", received, [
      ["submission_time", "submittedAt"],
      ["processing_start_time", "startedAt"],
      ["processing_end_time", "endedAt"],
      ["records", "records"],
    ]),
    ["input_rate", "Records a second over the last batches.", app.inputRate],
    ["lag_milliseconds", "How far the shard that is furthest behind is behind.", app.lagMillis],
    ["state_keys", "Keys with state.", completed?.stateKeys ?? 0],
    ["batch_duration_milliseconds", "Interval of the batches.", app.batchDuration],
  ];
  const label = `app="${escapeLabel(app.name)}"`;
  const lines = gauges.flatMap(([name, help, value]) => gauge(name, help, [[label, value]]));
  const costs = Object.entries(app.cost?.services ?? {});
  const services = costs.map(([service, dollars]) => [`${label},service="${escapeLabel(service)}"`, dollars] as const);
  if (services.length > 0) lines.push(...gauge("cost_dollars", "US dollars at list price since the start.", services));
  return `${lines.join("\n")}\n`;
}

function lastBatch(
  prefix: string,
  batch: BatchSummary | undefined,
  fields: readonly (readonly [name: string, field: keyof BatchSummary])[],
): readonly (readonly [string, string, number | undefined])[] {
  const which = prefix.replaceAll("_", " ");
  return fields.map(([name, field]) => [
    `${prefix}_${name}`,
    `Of the ${which}: ${name.replaceAll("_", " ")}; times and delays in milliseconds, -1 when there is none.`,
    batch?.[field] as number | undefined,
  ]);
}

function gauge(name: string, help: string, samples: readonly (readonly [string, number | undefined])[]): string[] {
  const full = `sluice_${name}`;
  return [
    `# HELP ${full} ${help}`,
    `# TYPE ${full} gauge`,
    ...samples.map(([labels, value]) => `${full}{${labels}} ${value ?? ABSENT}`),
  ];
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
