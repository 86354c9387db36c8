/** Prefixes of what an application keeps in its bucket and its table. */
import { jobName } from "../shared/checkpoint/index.js";

/** Where programs may save files in the application's own bucket; they find the whole path in SLUICE_OUT. */
export const OUT_PREFIX = "out";

/** Objects of an application. */
export function jobObjects(appName: string): string {
  return `${jobName(appName)}/*`;
}

/** Shuffle files, and requests and replies too large for a call: what nothing needs any more once its batch is over. */
export function scratchPrefixes(appName: string): readonly string[] {
  return ["sh", "rpc"].map((folder) => `${jobName(appName)}/${folder}/`);
}
