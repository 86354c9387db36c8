import { encodeObjectFile } from "../../rdd/index.js";
import type { CaptureSink, OutputOperation } from "./output-operation.js";
import { saveFiles } from "./save-files.js";

/** Elements as they are, in Sluice's own binary format, which `ssc.context.objectFile` reads back. */
export function saveAsObjectFiles(prefix: string, suffix: string, writeEmpty: boolean): OutputOperation {
  return saveFiles(prefix, suffix, {
    extension: "",
    capture: () => captureObjects(writeEmpty),
    marksSuccess: false,
  });
}

function captureObjects(writeEmpty: boolean): CaptureSink {
  const elements: unknown[] = [];
  return {
    push(value) {
      elements.push(value);
    },
    end() {},
    bytes: () => (elements.length === 0 && !writeEmpty ? undefined : encodeObjectFile(elements)),
  };
}
