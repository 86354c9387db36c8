import { gzipSync } from "node:zlib";
import { textOf } from "../../rdd/index.js";
import type { CaptureSink, OutputOperation } from "./output-operation.js";
import { saveFiles } from "./save-files.js";

/** How the lines of a partition become a file. */
export interface TextFormat {
  readonly lineOf: (element: unknown) => string;
  readonly compression: "none" | "gzip";
  readonly writeEmpty: boolean;
}

/** One line an element, in UTF-8. Without `writeEmpty`, partitions without elements write no file. */
export function saveAsTextFiles(prefix: string, suffix: string, writeEmpty: boolean): OutputOperation {
  const format: TextFormat = { lineOf: textOf, compression: "none", writeEmpty };
  return saveFiles(prefix, suffix, {
    extension: textExtension(format),
    capture: () => captureText(format),
    marksSuccess: false,
  });
}

export function textExtension(format: TextFormat): string {
  return format.compression === "gzip" ? ".gz" : "";
}

export function captureText({ lineOf, compression, writeEmpty }: TextFormat): CaptureSink {
  const lines: string[] = [];
  return {
    push(value) {
      lines.push(lineOf(value));
    },
    end() {},
    bytes() {
      if (lines.length === 0 && !writeEmpty) return undefined;
      const text = Buffer.from(lines.length === 0 ? "" : `${lines.join("\n")}\n`, "utf8");
      return compression === "gzip" ? gzipSync(text) : text;
    },
  };
}
