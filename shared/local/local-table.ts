import { IllegalArgumentError } from "../errors/index.js";
import type { Condition, Item, ItemKey, PutOutcome, Table, UpdateOutcome } from "../ports/index.js";
import { compareUtf8, holds } from "../rules/index.js";
import type { BatchWrites } from "./batch-writes.js";
import { keysWithPrefix, type LocalDatabase } from "./database.js";
import { encodeItem } from "./item-codec.js";

/** Separates partition and sort key; sorts before every other character, so partitions stay together. */
const SEPARATOR = "\0";

/** Items in the embedded database. {@link update} is what makes everything written before it durable, together with itself. */
export class LocalTable implements Table {
  constructor(
    private readonly database: LocalDatabase,
    private readonly writes: BatchWrites,
  ) {}

  async get(key: ItemKey): Promise<Item | undefined> {
    return this.writes.readItem(nameOf(key));
  }

  async putIfAbsent(key: ItemKey, item: Item): Promise<PutOutcome> {
    const name = nameOf(key);
    const existing = this.writes.readItem(name);
    if (existing !== undefined) return { created: false, existing };
    this.writes.items.set(name, encodeItem(item), this.writes.ticket());
    return { created: true };
  }

  async update(key: ItemKey, set: Item, when: Condition): Promise<UpdateOutcome> {
    let item: Item | undefined;
    const updated = await this.writes.commit({
      key: nameOf(key),
      apply: (existing) => {
        const accepted = holds(when, existing);
        item = accepted ? { ...existing, ...set } : existing;
        return accepted ? item : undefined;
      },
    });
    return updated && item !== undefined ? { updated, item } : { updated: false, item };
  }

  async delete(keys: readonly ItemKey[]): Promise<void> {
    for (const key of keys) this.writes.items.set(nameOf(key), undefined, this.writes.ticket());
  }

  async query(partition: string, prefix: string): Promise<readonly { readonly key: ItemKey; readonly item: Item }[]> {
    const start = nameOf({ partition, sort: prefix });
    const names = new Set(keysWithPrefix(this.database.items, start));
    for (const [name] of this.writes.items.withPrefix(start)) names.add(name);
    return [...names].sort(compareUtf8).flatMap((name) => {
      const item = this.writes.readItem(name);
      return item === undefined ? [] : [{ key: { partition, sort: name.slice(partition.length + 1) }, item }];
    });
  }
}

function nameOf({ partition, sort }: ItemKey): string {
  if (!partition.includes(SEPARATOR)) return `${partition}${SEPARATOR}${sort}`;
  throw new IllegalArgumentError("A partition key cannot contain the character U+0000.", { partition, sort });
}
