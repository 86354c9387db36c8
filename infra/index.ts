/** `sluice/cdk`: deploy a program of DStreams with the AWS CDK. */
export type { InputDescription, ProgramDescription } from "../shared/plan/index.js";
export { applicationApp } from "./app.js";
export { type Bundle, bundleProgram } from "./bundle.js";
export { describeProgram } from "./describe-program.js";
export { StreamingApplication, type StreamingApplicationProps } from "./streaming-application.js";
