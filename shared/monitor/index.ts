/** What is shown of applications: views of batches, made from what drivers tell or from what they have committed. Pure. */

export { BatchHistory, type BatchHistoryOptions } from "./batch-history.js";
export { batchTrace, type TraceScope } from "./batch-trace.js";
export { costsOf } from "./costs.js";
export { errorView, type StackOf } from "./error-view.js";
export { flowOf } from "./flow.js";
export { CheckpointViews, type CheckpointViewsOptions } from "./from-checkpoint.js";
export { graphView } from "./graph-view.js";
export { ManifestChain } from "./manifest-chain.js";
export { costOfInvocations, costOfRequests, costOfRunning, costOfShards, type RequestUsage } from "./prices.js";
export { prometheusText } from "./prometheus.js";
export { type ReplayedBatch, type ReplayedOutput, type ReplayRequest, replayBatch } from "./replay-batch.js";
export { RequestMeter, usageBetween } from "./request-meter.js";
export { type RestContext, type RestReply, rest, safeJson } from "./rest.js";
export type { MonitorSource } from "./source.js";
export { NotKept, StateExplorer, type StateExplorerOptions } from "./state-explorer.js";
export { textOf } from "./text.js";
export { BatchTraces, type BatchTracesOptions } from "./traces.js";
export {
  type AppState,
  type AppView,
  type BatchCounts,
  type BatchStatus,
  type BatchSummary,
  type BatchView,
  type CostView,
  type ErrorView,
  type GraphNodeView,
  type GraphView,
  type KeepsUp,
  type MinuteView,
  type NodeFlow,
  type OutputView,
  type PrintedView,
  type ReceiverView,
  type ServerEvents,
  type StateKeysView,
  type StateKeyView,
  type StateOperatorView,
  type StateView,
  type TimelineView,
  VIEW_VERSION,
} from "./view.js";
