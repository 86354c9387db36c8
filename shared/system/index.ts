/** The machine itself: its clock, names from its randomness, and its way to a collector of traces. What local mode and AWS have in common. */
export { RandomIds } from "./random-ids.js";
export { SystemClock } from "./system-clock.js";
export { TraceExporter, type TraceExporterOptions } from "./trace-exporter.js";
