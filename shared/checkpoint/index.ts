export {
  type AttemptRecord,
  BATCH_RECORD_VERSION,
  type BatchStats,
  type CallRecord,
  type InputRecord,
  type ShardRecord,
  type StageRecord,
  type StateRecord,
  storedStats,
} from "./batch-stats.js";
export {
  encodeHeaderBlock,
  encodeRecordBlock,
  type InputBlockHeader,
  type RecordBlockHeader,
  type RecordSlice,
  readBlockHeader,
  sliceRecords,
} from "./block.js";
export {
  acquireHead,
  assertOwned,
  type Commit,
  commitHead,
  type Desired,
  type Head,
  readHead,
  sayDrained,
  setDesired,
  touchHead,
} from "./head.js";
export {
  type BatchFailure,
  type CheckpointStorage,
  INLINE_ITEM_BYTES,
  type InputPosition,
  type InputRate,
  MANIFEST_FORMAT,
  type Manifest,
  type Names,
  readManifest,
  type ShardPosition,
  writeManifest,
} from "./manifest.js";
export {
  afterKey,
  blockName,
  headKey,
  jobName,
  keptName,
  manifestKey,
  manifestObject,
  messageName,
  outputName,
  planKey,
  scratchName,
} from "./names.js";
export { type BatchPlan, type ClaimedPlan, claimPlan, readPlan, startsOf } from "./plan-claim.js";
