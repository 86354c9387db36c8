/** Drives the partitions at which a task begins into its pipeline: reading first, then one synchronous loop. */
import { isAscii } from "node:buffer";
import { sliceRecords } from "../checkpoint/index.js";
import { forEachInColumn, forEachPair } from "../codec/index.js";
import { IllegalArgumentError } from "../errors/index.js";
import type { BlockStore, FileSystem } from "../ports/index.js";
import {
  type DataRef,
  type PartitionSource,
  pairPusher,
  readObjectFile,
  type Sink,
  type SourceNode,
  type TaskInfo,
  userError,
} from "../rdd/index.js";
import { load, loadAll } from "./data.js";
import { type FilePart, keptFiles } from "./kept-files.js";
import { readLines } from "./read-lines.js";

/** A partition that has been read: pushes all its elements, then ends the sink. */
export type Drive = (sink: Sink) => void;

export async function openSource(
  ports: { readonly blocks: BlockStore; readonly files: FileSystem },
  node: SourceNode,
  task: TaskInfo,
): Promise<Drive> {
  const source = node.sources[task.partition];
  switch (source?.type) {
    case undefined:
      return driveValues([]);
    case "values":
      return driveValues(source.values);
    case "column":
      return driveColumn(await load(ports.blocks, source.ref));
    case "lines":
    case "objects":
      return openFile(ports.files, source);
    case "bytes":
      return openBytes(ports.files, source);
    case "records":
      return driveRecords(await load(ports.blocks, source.ref), source, node, task);
  }
}

/** What an exchange brings to a reduce partition: parts in map order. */
export async function openExchange(blocks: BlockStore, refs: readonly DataRef[], keyed: boolean): Promise<Drive> {
  const parts = await loadAll(blocks, refs);
  return (sink) => {
    if (keyed) {
      const push = pairPusher(sink);
      for (const part of parts) forEachPair(part, push);
    } else {
      for (const part of parts) forEachInColumn(part, (value) => sink.push(value));
    }
    sink.end();
  };
}

/** A partition that an earlier stage handed over. */
export async function openHandedOver(blocks: BlockStore, ref: DataRef | undefined): Promise<Drive> {
  return ref === undefined ? driveValues([]) : driveColumn(await load(blocks, ref));
}

async function openFile(files: FileSystem, source: FilePart): Promise<Drive> {
  if (source.keep === undefined) return readFile(files, source);
  const read = async (): Promise<readonly unknown[]> => collect(await readFile(files, source));
  return driveValues(await keptFiles(files).get(source, read));
}

function collect(drive: Drive): readonly unknown[] {
  const elements: unknown[] = [];
  drive({ push: (element) => void elements.push(element), end() {} });
  return elements;
}

async function readFile(files: FileSystem, source: FilePart): Promise<Drive> {
  if (source.type === "lines") return driveText(await readLines(files, source.path, source.start, source.end));
  const bytes = await files.read(source.path, 0, source.size);
  return (sink) => {
    readObjectFile(bytes, source.path, (element) => sink.push(element));
    sink.end();
  };
}

async function openBytes(
  files: FileSystem,
  { path, start, end, recordBytes }: Extract<PartitionSource, { type: "bytes" }>,
): Promise<Drive> {
  if ((end - start) % recordBytes !== 0) {
    throw new IllegalArgumentError(
      `${path} has ${end} bytes, which is no whole number of records of ${recordBytes} bytes each.`,
      { path },
    );
  }
  const bytes = new Uint8Array(await files.read(path, start, end));
  return (sink) => {
    for (let at = 0; at < bytes.length; at += recordBytes) sink.push(bytes.slice(at, at + recordBytes));
    sink.end();
  };
}

function driveValues(values: readonly unknown[]): Drive {
  return (sink) => {
    for (const value of values) sink.push(value);
    sink.end();
  };
}

function driveColumn(bytes: Uint8Array): Drive {
  return (sink) => {
    forEachInColumn(bytes, (value) => sink.push(value));
    sink.end();
  };
}

const NEWLINE = "\n";

function driveText(text: string): Drive {
  return (sink) => {
    for (let start = 0; start < text.length; ) {
      const newline = text.indexOf(NEWLINE, start);
      const end = newline === -1 ? text.length : newline;
      sink.push(text.slice(start, end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end));
      start = end + 1;
    }
    sink.end();
  };
}

function driveRecords(
  payload: Uint8Array,
  source: Extract<PartitionSource, { type: "records" }>,
  node: SourceNode,
  task: TaskInfo,
): Drive {
  const slice = sliceRecords(payload, source.records, source.from, source.to);
  const bytes = Buffer.from(slice.bytes.buffer, slice.bytes.byteOffset, slice.bytes.byteLength);
  const { decode } = node;
  return (sink) => {
    if (decode === undefined) {
      // One string for all records and a slice for each: far cheaper than decoding record by record.
      const text = isAscii(bytes) ? bytes.toString("latin1") : undefined;
      for (let i = 0, start = 0; i < slice.count; i++) {
        const end = slice.end(i);
        sink.push(text === undefined ? bytes.toString("utf8", start, end) : text.slice(start, end));
        start = end;
      }
    } else {
      for (let i = 0, start = 0; i < slice.count; i++) {
        const end = slice.end(i);
        sink.push(decodeRecord(decode, bytes.subarray(start, end), node, task));
        start = end;
      }
    }
    sink.end();
  };
}

function decodeRecord(decode: (data: Uint8Array) => unknown, data: Buffer, node: SourceNode, task: TaskInfo): unknown {
  try {
    return decode(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  } catch (cause) {
    throw userError(`${node.label} (decode)`, task, cause, { value: data.toString("utf8") });
  }
}
