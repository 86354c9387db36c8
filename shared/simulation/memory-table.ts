import type { Condition, Item, ItemKey, PutOutcome, Table, UpdateOutcome } from "../ports/index.js";
import { checkItem, compareUtf8, copyItem, holds } from "../rules/index.js";

/** Items in memory, copied on their way in and out, with the value types and the size limit of DynamoDB. */
export class MemoryTable implements Table {
  private readonly partitions = new Map<string, Map<string, Item>>();

  async get(key: ItemKey): Promise<Item | undefined> {
    const item = this.find(key);
    return item && copyItem(item);
  }

  async putIfAbsent(key: ItemKey, item: Item): Promise<PutOutcome> {
    const existing = this.find(key);
    if (existing !== undefined) return { created: false, existing: copyItem(existing) };
    this.store(key, item);
    return { created: true };
  }

  async update(key: ItemKey, set: Item, when: Condition): Promise<UpdateOutcome> {
    const existing = this.find(key);
    if (!holds(when, existing)) return { updated: false, item: existing && copyItem(existing) };
    const item = { ...existing, ...set };
    this.store(key, item);
    return { updated: true, item: copyItem(item) };
  }

  async delete(keys: readonly ItemKey[]): Promise<void> {
    for (const { partition, sort } of keys) this.partitions.get(partition)?.delete(sort);
  }

  async query(partition: string, prefix: string): Promise<readonly { readonly key: ItemKey; readonly item: Item }[]> {
    return [...(this.partitions.get(partition) ?? [])]
      .filter(([sort]) => sort.startsWith(prefix))
      .sort(([left], [right]) => compareUtf8(left, right))
      .map(([sort, item]) => ({ key: { partition, sort }, item: copyItem(item) }));
  }

  private find({ partition, sort }: ItemKey): Item | undefined {
    return this.partitions.get(partition)?.get(sort);
  }

  private store({ partition, sort }: ItemKey, item: Item): void {
    checkItem(item);
    const items = this.partitions.get(partition) ?? new Map<string, Item>();
    this.partitions.set(partition, items.set(sort, copyItem(item)));
  }
}
