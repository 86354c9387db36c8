export { foreachRDD } from "./foreach-rdd.js";
export { observe } from "./observe.js";
export type {
  BodyContext,
  CapturedPartition,
  CaptureSink,
  CommittedOutput,
  ForeachBody,
  OutputContext,
  OutputOperation,
} from "./output-operation.js";
export { formatElement, print } from "./print.js";
export { type HadoopFormat, saveAsHadoopFiles } from "./save-as-hadoop-files.js";
export { saveAsObjectFiles } from "./save-as-object-files.js";
export { saveAsTextFiles } from "./save-as-text-files.js";
