import { randomUUID } from "node:crypto";
import { type FileHandle, link, mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FileNotFoundError } from "../errors/index.js";
import type { CreateOutcome, FileInfo, FileSystem } from "../ports/index.js";
import { compareUtf8 } from "../rules/index.js";
import type { Durability } from "./durability.js";
import { isCode, syncDirectory } from "./files.js";
import { matchingDirectories } from "./matching-directories.js";
import { readFully } from "./read-fully.js";

/** Files of this machine. Paths are relative to the working directory, absolute, or `file:` URLs. */
export class LocalFileSystem implements FileSystem {
  private readonly durability: Durability;

  constructor(options: { readonly durability?: Durability } = {}) {
    this.durability = options.durability ?? "process";
  }

  async list(directory: string): Promise<readonly FileInfo[]> {
    const directories = await matchingDirectories(toPath(directory));
    const files = await Promise.all(directories.map(filesIn));
    return files.flat().sort((left, right) => compareUtf8(left.path, right.path));
  }

  async read(path: string, start: number, end: number): Promise<Uint8Array> {
    const file = await openForReading(path);
    try {
      return await readFully(file, start, end);
    } finally {
      await file.close();
    }
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<CreateOutcome> {
    const target = toPath(path);
    const directory = dirname(target);
    await mkdir(directory, { recursive: true });
    // The dot keeps a half-written file out of what others take for data; the link makes it whole under its name, or fails.
    const temporary = join(directory, `.${basename(target).slice(0, 100)}.${randomUUID()}.tmp`);
    try {
      await this.writeWhole(temporary, bytes);
      await link(temporary, target);
    } catch (error) {
      if (isCode(error, "EEXIST")) return "exists";
      throw error;
    } finally {
      await unlink(temporary).catch(() => undefined);
    }
    if (this.durability === "disk") await syncDirectory(directory);
    return "created";
  }

  private async writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    const file = await open(path, "wx");
    try {
      await file.writeFile(bytes);
      if (this.durability === "disk") await file.sync();
    } finally {
      await file.close();
    }
  }
}

export function toPath(path: string): string {
  return path.startsWith("file:") ? fileURLToPath(path) : path;
}

async function filesIn(directory: string): Promise<readonly FileInfo[]> {
  const entries = await readdir(directory).catch(() => []);
  const found = await Promise.all(
    entries.map(async (name): Promise<FileInfo | undefined> => {
      const path = join(directory, name);
      // A file may vanish between the listing and this look at it.
      const status = await stat(path).catch(() => undefined);
      return status?.isFile() ? { path, size: status.size, modified: Math.floor(status.mtimeMs) } : undefined;
    }),
  );
  return found.filter((file) => file !== undefined);
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(toPath(path), "r");
  } catch (error) {
    throw openingFailed(path, error);
  }
}

/** What a file that cannot be opened is to fail with. */
export function openingFailed(path: string, error: unknown): unknown {
  return isCode(error, "ENOENT") || isCode(error, "ENOTDIR") ? new FileNotFoundError(path, error) : error;
}
