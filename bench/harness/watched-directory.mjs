// A directory that gets one file a batch.
import { copyFileSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";

export class WatchedDirectory {
  #path;
  #sources;
  #fed;

  /** @param input a directory of files, or "tiny": nothing is fed. */
  constructor(path, input) {
    this.#path = path;
    mkdirSync(path, { recursive: true });
    const names = input === "tiny" ? [] : readdirSync(input).filter((name) => name.endsWith(".txt"));
    this.#sources = names.sort().map((name) => join(input, name));
    this.#fed = readdirSync(path).length;
  }

  get isFed() {
    return this.#sources.length > 0;
  }

  /** Files so far, in runs before this one too. */
  get fed() {
    return this.#fed;
  }

  /** Moves the next file in. Copies, because links would share one modification time, by which files are chosen. */
  feed() {
    if (!this.isFed) return;
    const name = `${String(this.#fed).padStart(6, "0")}.txt`;
    const hidden = join(this.#path, `.${name}`);
    copyFileSync(this.#sources[this.#fed % this.#sources.length], hidden);
    renameSync(hidden, join(this.#path, name));
    this.#fed += 1;
  }
}
