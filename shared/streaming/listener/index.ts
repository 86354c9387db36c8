export { ListenerBus } from "./listener-bus.js";
export { StatsReportListener } from "./stats-report-listener.js";
export type { BatchInfo, OutputOperationInfo, StreamInputInfo, StreamingListener } from "./streaming-listener.js";
