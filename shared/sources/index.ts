/** Receivers: they put records into a stream, from which the batches read them. */
export { MAX_BYTES_PER_PUT, MAX_DATA_BYTES, MAX_RECORD_BYTES, MAX_RECORDS_PER_PUT } from "./limits.js";
export { RateLimiter } from "./rate-limiter.js";
export type { ReceiverEvent, ReceiverInfo, ReceiverStatus } from "./receiver-info.js";
export { type ReceiverOptions, type RunningReceiver, runReceiver } from "./receiver-supervisor.js";
