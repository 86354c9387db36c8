import { randomUUID } from "node:crypto";
import type { Ids } from "../ports/index.js";

/** Random UUIDs. */
export class RandomIds implements Ids {
  next(): string {
    return randomUUID();
  }
}
