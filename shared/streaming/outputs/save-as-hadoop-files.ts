import { IllegalArgumentError } from "../../errors/index.js";
import {
  SequenceFileWriter,
  type TaskInfo,
  textOf,
  toPair,
  type WritableType,
  writableTypeOf,
} from "../../rdd/index.js";
import { rejectUnknown } from "../reject-unknown.js";
import type { CaptureSink, OutputOperation } from "./output-operation.js";
import { captureText, type TextFormat, textExtension } from "./save-as-text-files.js";
import { type FileFormat, saveFiles } from "./save-files.js";

/** What `saveAsHadoopFiles` writes. */
export interface HadoopFormat {
  /** `text`: lines of key, tab, value. `sequence`: Hadoop SequenceFiles. @defaultValue `"text"` */
  readonly format?: "text" | "sequence";
  /** Of text files. @defaultValue `"none"` */
  readonly compression?: "none" | "gzip";
  /** A file for partitions without elements too, as Spark does. @defaultValue false */
  readonly writeEmpty?: boolean;
  /** How keys are written in sequence files. @defaultValue by the type of the first: see {@link WritableType} */
  readonly key?: WritableType;
  /** How values are written in sequence files. @defaultValue by the type of the first */
  readonly value?: WritableType;
}

const KNOWN = ["name", "rollOver", "format", "compression", "writeEmpty", "key", "value"];

/**
 * Part files as Hadoop's jobs write and read them, and `_SUCCESS` when a batch is complete.
 * @throws {IllegalArgumentError} for options that are not known or do not go together.
 */
export function saveAsHadoopFiles(prefix: string, suffix: string, options: HadoopFormat): OutputOperation {
  rejectUnknown("saveAsHadoopFiles", options, KNOWN);
  const { format = "text", compression = "none", writeEmpty = false } = options;
  if (!["text", "sequence"].includes(format)) {
    throw new IllegalArgumentError(`saveAsHadoopFiles has the formats text and sequence, not ${String(format)}.`);
  }
  if (!["none", "gzip"].includes(compression)) {
    throw new IllegalArgumentError(`saveAsHadoopFiles has the compressions none and gzip, not ${String(compression)}.`);
  }
  if (format === "sequence" && compression !== "none") {
    throw new IllegalArgumentError(
      "saveAsHadoopFiles writes sequence files uncompressed: Hadoop reads gzip in them only with native libraries.",
    );
  }
  return saveFiles(
    prefix,
    suffix,
    format === "text" ? textFiles({ lineOf, compression, writeEmpty }) : sequenceFiles(options, writeEmpty),
  );
}

function lineOf(element: unknown): string {
  const [key, value] = toPair(element, "saveAsHadoopFiles");
  return `${textOf(key)}\t${textOf(value)}`;
}

function textFiles(format: TextFormat): FileFormat {
  return { extension: textExtension(format), capture: () => captureText(format), marksSuccess: true };
}

function sequenceFiles(types: Pick<HadoopFormat, "key" | "value">, writeEmpty: boolean): FileFormat {
  return {
    extension: "",
    capture: (task, label) => captureSequence(types, writeEmpty, task, label),
    marksSuccess: true,
  };
}

function captureSequence(
  types: Pick<HadoopFormat, "key" | "value">,
  writeEmpty: boolean,
  task: TaskInfo,
  label: string,
): CaptureSink {
  const open = (key: WritableType, value: WritableType): SequenceFileWriter =>
    new SequenceFileWriter(types.key ?? key, types.value ?? value, `${label}/${task.batchTime}/${task.partition}`);
  let writer: SequenceFileWriter | undefined;
  return {
    push(element) {
      const [key, value] = toPair(element, "saveAsHadoopFiles");
      writer ??= open(writableTypeOf(key), writableTypeOf(value));
      writer.append(plain(key), plain(value));
    },
    end() {},
    bytes: () => (writer ?? (writeEmpty ? open("text", "text") : undefined))?.bytes(),
  };
}

/** Objects and lists as the text that text files have of them; what Hadoop has a type for, as it is. */
function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array) ? textOf(value) : value;
}
