/** The Lambda functions of an application: what a bundle of a program exports. */
export { type ExecutorHandler, executorHandler } from "./executor.js";
export type { SchedulerReply } from "./run-scheduler.js";
export { type SchedulerHandler, schedulerHandler } from "./scheduler.js";
