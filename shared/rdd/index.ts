import * as actions from "./actions/index.js";
import * as build from "./build.js";
import * as operators from "./operators/index.js";

export type { Action, ActionSink, EffectContext } from "./actions/index.js";
export { partFile, textOf } from "./actions/index.js";
export { type Aggregator, groupAggregator, reduceAggregator } from "./aggregator.js";
export { byteLength, type DataRef, inline } from "./data-ref.js";
export {
  type ExchangeNode,
  Lineage,
  type NarrowNode,
  narrowParents,
  type Operator,
  type PartitionSource,
  parentsOf,
  type RddNode,
  type RddPartition,
  type SourceNode,
  type StateAccess,
  type StateEntry,
  type StateNode,
  type StateOperator,
  type UnionNode,
  type ZipNode,
  type ZipOperator,
} from "./lineage.js";
export type { KeyedUpdate } from "./operators/index.js";
export { checkKey, toPair } from "./pair.js";
export {
  checkPartitions,
  firstKeyGroup,
  HashPartitioner,
  KEY_GROUPS,
  keyGroupOf,
  type Partitioner,
} from "./partitioner.js";
export { type PartitionOptions, RDD } from "./rdd.js";
export type { Session } from "./session.js";
export { merge, pairPusher, type Sink, tee } from "./sink.js";
export { preview, type TaskInfo, userError } from "./task-info.js";
export type { KeyOf, OnPairs, Sync, ValueOf } from "./types.js";
export { actions, build, operators };
