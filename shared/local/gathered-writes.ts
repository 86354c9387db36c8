/** A write that has been made but is not durable yet. */
export interface GatheredWrite<V> {
  /** `undefined`: deleted. */
  readonly value: V | undefined;
  /** Its place in the order of all writes of the store. */
  readonly ticket: number;
}

/** Writes by name that wait in memory for the next transaction; reads look here before they look into the database. */
export class GatheredWrites<V> {
  private readonly writes = new Map<string, GatheredWrite<V>>();

  find(name: string): GatheredWrite<V> | undefined {
    return this.writes.get(name);
  }

  set(name: string, value: V | undefined, ticket: number): void {
    // Deleted first, so that the map stays in the order of tickets.
    this.writes.delete(name);
    this.writes.set(name, { value, ticket });
  }

  forget(name: string): void {
    this.writes.delete(name);
  }

  /** Those up to a ticket, oldest first. */
  *upTo(ticket: number): Iterable<readonly [string, V | undefined]> {
    for (const [name, write] of this.writes) {
      if (write.ticket > ticket) return;
      yield [name, write.value];
    }
  }

  /** Drops those up to a ticket: they are durable now. */
  forgetUpTo(ticket: number): void {
    for (const [name, write] of this.writes) {
      if (write.ticket > ticket) return;
      this.writes.delete(name);
    }
  }

  /** Names that start with a prefix, with what was written last. */
  *withPrefix(prefix: string): Iterable<readonly [string, V | undefined]> {
    for (const [name, { value }] of this.writes) if (name.startsWith(prefix)) yield [name, value];
  }
}
