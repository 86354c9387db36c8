/** The files of the page, as they were built. */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { builtFile } from "../../../shared/local/package-root.js";

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".map": "application/json; charset=utf-8",
};

/** A flat folder: a name is letters, digits, dots and dashes, and begins with none of the dots. */
const NAME = /^[a-z0-9][a-z0-9.-]*$/i;

/** The file at a path of the site; `undefined` when there is none. */
export async function readAsset(path: string, folder = builtFile("console/")): Promise<Asset | undefined> {
  const name = path === "/" ? "index.html" : path.slice(1);
  const type = TYPES[extname(name)];
  if (type === undefined || !NAME.test(name)) return undefined;
  try {
    return { type, bytes: await readFile(new URL(name, folder.href.endsWith("/") ? folder : `${folder.href}/`)) };
  } catch {
    return undefined;
  }
}
