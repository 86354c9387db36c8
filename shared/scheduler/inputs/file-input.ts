import type { InputPosition } from "../../checkpoint/index.js";
import type { BlockStore, FileInfo, FileSystem } from "../../ports/index.js";
import type { PartitionSource } from "../../rdd/index.js";
import type { FileInput } from "../../streaming/index.js";
import { type ClaimedInput, claimHeader } from "./claim.js";

type BytesSource = Extract<PartitionSource, { type: "bytes" }>;
type LinesSource = Extract<PartitionSource, { type: "lines" }>;
type FilesPosition = Extract<InputPosition, { type: "files" }>;

/**
 * How long a chosen file is remembered, and how late a file may become visible after its modification time, in
 * milliseconds. (Spark: `spark.streaming.fileStream.minRememberDuration`.)
 */
const REMEMBER_MILLIS = 60_000;
/** Partitions of a file are no larger than this, so that one task can hold one. (Hadoop's block size for local files.) */
const SPLIT_BYTES = 32 * 1024 * 1024;
/** Files below this size are one partition whatever `minPartitions` says. */
const MIN_SPLIT_BYTES = 64 * 1024;
/** Files from this size on are shared among all executors where the program does not say. */
const SPREAD_BYTES = 1024 * 1024;

interface FilesBlock {
  readonly position: FilesPosition;
  readonly files: readonly FileInfo[];
}

/** Files modified from here on are new. */
export function filesStart(input: FileInput, now: number): FilesPosition {
  return { type: "files", since: input.newFilesOnly ? now : -1, chosen: {} };
}

/** The files that are new at this batch; each belongs to exactly one batch. */
export async function claimFiles(
  ports: { readonly files: FileSystem; readonly blocks: BlockStore },
  name: string,
  input: FileInput,
  position: FilesPosition,
  batch: { readonly time: number; readonly previousTime: number | undefined; readonly defaultPartitions: number },
): Promise<ClaimedInput> {
  const chosen = await chooseFiles(ports.files, input, position, batch);
  const block = await claimHeader<FilesBlock>(ports.blocks, name, {
    position: remember(position, chosen, batch.time),
    files: chosen,
  });
  return {
    sources: block.files.flatMap((file) => partitionsOf(file, input, batch.defaultPartitions)),
    position: block.position,
    records: 0,
    bytes: block.files.reduce((sum, file) => sum + file.size, 0),
    blocks: [name],
    lagging: false,
  };
}

/**
 * New files in the order of their names. As in Spark, a file is chosen by its modification time; unlike there the window
 * reaches back from the batch before, so files that came while the application was down are found whatever its length.
 */
export async function chooseFiles(
  files: FileSystem,
  input: FileInput,
  position: FilesPosition,
  batch: { readonly time: number; readonly previousTime: number | undefined },
): Promise<readonly FileInfo[]> {
  const oldest = Math.max(position.since, batch.previousTime === undefined ? -1 : batch.previousTime - REMEMBER_MILLIS);
  const listed = await files.list(input.directory);
  return listed
    .filter((file) => file.modified > oldest && file.modified <= batch.time)
    .filter((file) => position.chosen[file.path] === undefined && input.filter(file))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function remember(position: FilesPosition, chosen: readonly FileInfo[], time: number): FilesPosition {
  const all = [
    ...Object.entries(position.chosen),
    ...chosen.map((file): [string, number] => [file.path, file.modified]),
  ];
  return { ...position, chosen: Object.fromEntries(all.filter(([, modified]) => modified > time - REMEMBER_MILLIS)) };
}

function partitionsOf(file: FileInfo, input: FileInput, defaultPartitions: number): readonly PartitionSource[] {
  const { recordBytes, minPartitions = file.size < SPREAD_BYTES ? 1 : defaultPartitions } = input;
  return recordBytes === undefined ? splitFile(file, minPartitions) : splitRecords(file, recordBytes, minPartitions);
}

/** Cuts a file of text into partitions. */
export function splitFile(file: FileInfo, minPartitions: number): readonly LinesSource[] {
  return cuts(file, minPartitions).map(([start, end]) => ({ type: "lines", path: file.path, start, end }));
}

/** Cuts between records; a rest that is no record is in the last partition, where it is found out. */
function splitRecords(file: FileInfo, recordBytes: number, minPartitions: number): readonly BytesSource[] {
  const between = (at: number): number => (at === file.size ? at : at - (at % recordBytes));
  return cuts(file, minPartitions).map(([start, end]) => ({
    type: "bytes",
    path: file.path,
    start: between(start),
    end: between(end),
    recordBytes,
  }));
}

/** From where to where each partition of a file goes, in bytes. */
function cuts(file: FileInfo, minPartitions: number): readonly (readonly [number, number])[] {
  const wanted = Math.max(Math.ceil(file.size / SPLIT_BYTES), file.size < MIN_SPLIT_BYTES ? 1 : minPartitions, 1);
  const at = (i: number): number => Math.floor((i * file.size) / wanted);
  return Array.from({ length: wanted }, (_, i) => [at(i), at(i + 1)] as const);
}
