export {
  type FinishedBatch,
  type RateOptions,
  type Rates,
  rateLimit,
  ratesAfter,
  recordsPerShard,
} from "./rate-control.js";
