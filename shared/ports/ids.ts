/** Names nobody else can produce. Everything write-once is named through here. */
export interface Ids {
  /** A fresh identifier, unique over all processes and all time; letters, digits and dashes only. */
  next(): string;
}
