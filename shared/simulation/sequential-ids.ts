import type { Ids } from "../ports/index.js";

/** Identifiers that are the same in every run: `id-1`, `id-2`, … Unique among instances only if their prefixes differ. */
export class SequentialIds implements Ids {
  private count = 0;

  constructor(private readonly prefix = "id-") {}

  next(): string {
    this.count += 1;
    return `${this.prefix}${this.count}`;
  }
}
