import * as actions from "./actions/index.js";
import * as build from "./build.js";
import * as operators from "./operators/index.js";

export type { Action, ActionSink, EffectContext, Stats } from "./actions/index.js";
export { partFile, textOf } from "./actions/index.js";
export { type Aggregator, groupAggregator, reduceAggregator } from "./aggregator.js";
export type { PartitionOptions } from "./build.js";
export { byteLength, type DataRef, inline } from "./data-ref.js";
export { emptyObjectFile, encodeObjectFile, objectFileOf, readObjectFile } from "./formats/object-file.js";
export { SequenceFileWriter, type WritableType, writableTypeOf } from "./formats/sequence-file.js";
export { type KeptPartition, type KeptPiece, type KeptRdd, keptBytes, keptPartition } from "./kept.js";
export { State } from "./key-state.js";
export {
  type Coverage,
  type ExchangeNode,
  Lineage,
  type NarrowNode,
  narrowDependencies,
  narrowParents,
  type Operator,
  type PartitionSource,
  parentsOf,
  type RddNode,
  type RddPartition,
  type SnapshotNode,
  type SourceNode,
  type StateAccess,
  type StateEntry,
  type StateNode,
  type StateOperator,
  type UnionNode,
  type WindowFold,
  type WindowNode,
  type ZipNode,
  type ZipOperator,
} from "./lineage.js";
export type { KeyedUpdate, RunningReduce } from "./operators/index.js";
export { checkKey, toPair } from "./pair.js";
export {
  checkPartitions,
  firstKeyGroup,
  HashPartitioner,
  KEY_GROUPS,
  keyGroupOf,
  type Partitioner,
} from "./partitioner.js";
export { RDD, type RddLike, type SortOptions } from "./rdd.js";
export type { Session } from "./session.js";
export { type BroadcastRef, NOTHING_SHARED, type SharedData, type StaticFiles } from "./shared-data.js";
export { pairPusher, type Sink, tee } from "./sink.js";
export { StaticRDD } from "./static-rdd.js";
export { preview, type TaskInfo, userError } from "./task-info.js";
export type { KeyOf, OnNumbers, OnPairs, Sync, ValueOf } from "./types.js";
export {
  Accumulator,
  type AccumulatorSpec,
  asReplay,
  Broadcast,
  collectionAccumulator,
  countUpdates,
  type EncodedValue,
  endAllScopes,
  inScope,
  mergeUpdates,
  NumberAccumulator,
  type ScopeRole,
  type Updates,
  type VariableScope,
} from "./variables/index.js";
export { actions, build, operators };
