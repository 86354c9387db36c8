import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { builtFile } from "../shared/local/package-root.js";

const packageRoot = dirname(dirname(fileURLToPath(builtFile("index.js"))));

/** Our own code, built and (through source maps) as written. */
const OURS = ["dist", "shared", "cli", "node_modules"].map((folder) => join(packageRoot, folder) + sep);

/** What called us, wherever it is installed. */
const CALLER = /[\\/]node_modules[\\/]commander[\\/]/;

/** The lines of an error's stack that lie in the user's program; ours and Node's would tell them nothing. */
export function userFrames(error: Error): readonly string[] {
  return allFrames(error).filter((frame) => /[\\/]/.test(frame) && !isForeign(frame));
}

/** The lines of an error's stack that name a place, without its message. */
export function allFrames(error: Error): readonly string[] {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return frames.map((frame) => `      ${frame.trim()}`);
}

function isForeign(frame: string): boolean {
  const path = frame.replace("file://", "");
  return path.includes("node:") || CALLER.test(path) || OURS.some((folder) => path.includes(folder));
}
