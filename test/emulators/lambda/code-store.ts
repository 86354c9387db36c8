import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CodeRequest } from "./configuration.js";
import { type Code, sha256 } from "./functions.js";
import { invalid } from "./lambda-error.js";
import { unzipInto } from "./zip.js";

/** As LocalStack has it: in this "bucket" keys are directories, used as they are. */
export const DIRECTORY_BUCKET = "hot-reload";

/** Unpacked code, each archive once. */
export class CodeStore {
  readonly #root = mkdtempSync(join(tmpdir(), "sluice-lambda-"));
  readonly #known = new Map<string, Code>();

  constructor(private readonly readObject: (bucket: string, key: string) => Promise<Uint8Array>) {}

  async load({ ZipFile, S3Bucket, S3Key }: CodeRequest): Promise<Code> {
    if (ZipFile !== undefined) return this.#unpacked(Buffer.from(ZipFile, "base64"));
    if (S3Bucket === undefined || S3Key === undefined) throw invalid("Please provide a source for function code.");
    if (S3Bucket === DIRECTORY_BUCKET) return { directory: S3Key, sha256: sha256(Buffer.from(S3Key)), size: 0 };
    const archive = await this.readObject(S3Bucket, S3Key).catch((error: unknown) => {
      throw invalid(`Error occurred while GetObject. ${(error as Error).message}`);
    });
    return this.#unpacked(Buffer.from(archive));
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #unpacked(archive: Buffer): Code {
    const hash = sha256(archive);
    const known = this.#known.get(hash);
    if (known !== undefined) return known;
    const directory = join(this.#root, String(this.#known.size));
    mkdirSync(directory);
    unzipInto(directory, archive);
    const code = { directory, sha256: hash, size: archive.length };
    this.#known.set(hash, code);
    return code;
  }
}
