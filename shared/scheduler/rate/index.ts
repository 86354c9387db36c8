export {
  type FinishedBatch,
  RateControl,
  type RateOptions,
  type Rates,
  rateLimit,
  ratesAfter,
  recordsPerShard,
} from "./rate-control.js";
