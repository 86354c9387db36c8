/** What happened, as one number that two runs of the same seed agree on, and on demand as text. */
export class Trace {
  readonly lines: string[] | undefined;
  readonly #start: number;
  #hash = 0;

  constructor(start: number, keepsLines: boolean) {
    this.#start = start;
    this.lines = keepsLines ? [] : undefined;
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  /** @param bits Of the identity of what happened. */
  add(now: number, bits: number, text: () => string): void {
    this.#hash = Math.imul(this.#hash ^ bits ^ now, 0x01000193) + 0x9e3779b9;
    this.lines?.push(`${this.#at(now)} ${text()}`);
  }

  /** For people only. */
  note(now: number, text: string): void {
    this.lines?.push(`${this.#at(now)} ${text}`);
  }

  #at(now: number): string {
    return `${((now - this.#start) / 1000).toFixed(3).padStart(9)} s`;
  }
}
