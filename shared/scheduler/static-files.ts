import type { FileInfo, FileSystem } from "../ports/index.js";
import type { PartitionSource, StaticFiles } from "../rdd/index.js";
import type { StaticSource } from "../streaming/index.js";
import { splitFile } from "./inputs/index.js";

/** Looks for the files of static data. What is found is fixed in the plan, so that everybody reads the same. */
export async function listStaticFiles(files: FileSystem, source: StaticSource, time: number): Promise<StaticFiles> {
  const found = await find(files, source.path);
  return { listedAt: time, sources: found.length === 0 ? undefined : found.flatMap((file) => partsOf(file, source)) };
}

/** The visible files of a directory, or the one file of that path. */
async function find(files: FileSystem, path: string): Promise<readonly FileInfo[]> {
  const inside = (await files.list(path)).filter((file) => /^[^._]/.test(nameOf(file.path)));
  if (inside.length > 0) return inside;
  const parent = path.slice(0, path.length - nameOf(path).length);
  const siblings = await files.list(parent === "" ? "." : parent);
  return siblings.filter((file) => nameOf(file.path) === nameOf(path));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function partsOf(file: FileInfo, source: StaticSource): readonly PartitionSource[] {
  const { path, size, modified } = file;
  if (source.format === "objects") return [{ type: "objects", path, size, keep: modified }];
  return splitFile(file, source.minPartitions).map((part) => ({ ...part, keep: modified }));
}
