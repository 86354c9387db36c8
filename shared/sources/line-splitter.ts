const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Cuts bytes into lines at "\n" and strips a "\r" before it. Works on bytes: in UTF-8 a newline is never part of another
 * character, so characters that arrive in pieces need no care. Lines beyond the limit are told and left out; no more
 * than the limit is ever kept of them.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #onTooLong: (bytes: number) => void;
  #parts: Uint8Array[] = [];
  /** Bytes of the unfinished line, kept or not. */
  #length = 0;

  constructor(maxBytes: number, onTooLong: (bytes: number) => void) {
    this.#maxBytes = maxBytes;
    this.#onTooLong = onTooLong;
  }

  /** The lines that end in the chunk. They share its memory. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end));
      this.#finish(lines);
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
    return lines;
  }

  /** The last line, when it has no newline. */
  end(): readonly Uint8Array[] {
    const lines: Uint8Array[] = [];
    if (this.#length > 0) this.#finish(lines);
    return lines;
  }

  #add(part: Uint8Array): void {
    this.#length += part.length;
    // One byte more than the limit may turn out to be the "\r".
    if (this.#length <= this.#maxBytes + 1) this.#parts.push(part);
    else this.#parts = [];
  }

  /** Adds the line whose parts have been added, unless it is too long. */
  #finish(lines: Uint8Array[]): void {
    const parts = this.#parts;
    const length = this.#length;
    this.#parts = [];
    this.#length = 0;
    if (length <= this.#maxBytes + 1) {
      const line = withoutCarriageReturn(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts));
      if (line.length <= this.#maxBytes) {
        lines.push(line);
        return;
      }
    }
    this.#onTooLong(length);
  }
}

function withoutCarriageReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
