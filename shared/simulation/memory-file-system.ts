import { FileNotFoundError } from "../errors/index.js";
import type { Clock, CreateOutcome, FileInfo, FileSystem } from "../ports/index.js";
import { compareUtf8, segmentMatcher } from "../rules/index.js";

interface StoredFile {
  readonly bytes: Uint8Array;
  readonly modified: number;
}

/** Files in memory. Directories exist as far as there are files in them. */
export class MemoryFileSystem implements FileSystem {
  private readonly files = new Map<string, StoredFile>();

  constructor(private readonly clock: Clock) {}

  async list(directory: string): Promise<readonly FileInfo[]> {
    const matchers = segmentsOf(directory).map(segmentMatcher);
    return [...this.files]
      .filter(([path]) => {
        const segments = segmentsOf(path);
        return segments.length === matchers.length + 1 && matchers.every((matches, i) => matches(segments[i] ?? ""));
      })
      .map(([path, { bytes, modified }]) => ({ path, size: bytes.length, modified }))
      .sort((left, right) => compareUtf8(left.path, right.path));
  }

  async read(path: string, start: number, end: number): Promise<Uint8Array> {
    const file = this.files.get(normal(path));
    if (file === undefined) throw new FileNotFoundError(path);
    return file.bytes.slice(start, Math.max(start, end));
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<CreateOutcome> {
    if (this.files.has(normal(path))) return "exists";
    this.write(path, bytes);
    return "created";
  }

  /** Creates or replaces a file, as somebody outside would; modified now unless told otherwise (epoch milliseconds). */
  write(path: string, bytes: Uint8Array, modified = this.clock.now()): void {
    this.files.set(normal(path), { bytes: Uint8Array.from(bytes), modified });
  }

  /** Deletes a file, as somebody outside would. */
  remove(path: string): void {
    this.files.delete(normal(path));
  }
}

/** The working directory, `.`, has none; the root, `/`, has an empty one. */
function segmentsOf(path: string): readonly string[] {
  const normalized = normal(path).replace(/^\/$/, "");
  return normalized === "" && !path.startsWith("/") ? [] : normalized.split("/");
}

/** `a//b/./c/` and `a/b/c` are the same path; `s3://` keeps its slashes. */
function normal(path: string): string {
  const [, scheme = "", rest = path] = /^([a-z0-9]+:\/\/)(.*)$/s.exec(path) ?? [];
  const root = rest.startsWith("/") ? "/" : "";
  return `${scheme}${root}${rest
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .join("/")}`;
}
