import type { CreateOutcome } from "./block-store.js";

/** A file as a listing shows it. */
export interface FileInfo {
  /** The path as it can be given to the other methods. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Time of the last modification, epoch milliseconds. */
  readonly modified: number;
}

/**
 * The user's files: inputs of file streams, outputs of the save operations. Locally directories; on AWS `s3://` prefixes.
 */
export interface FileSystem {
  /**
   * The files directly in a directory (not recursive); the directory may contain `*` wildcards, and then means all
   * directories that match. A missing directory is an empty one.
   */
  list(directory: string): Promise<readonly FileInfo[]>;
  /** Bytes `[start, end)` of a file, fewer at its end. @throws {FileNotFoundError} */
  read(path: string, start: number, end: number): Promise<Uint8Array>;
  /** Creates the file, with its directories, whole or not at all, if there is none; an existing one stays as it is. */
  putIfAbsent(path: string, bytes: Uint8Array): Promise<CreateOutcome>;
}
