/** What an item's attribute may hold. */
export type Attribute = string | number | boolean | Uint8Array;

/** An item: named attributes, no nesting. */
export type Item = Readonly<Record<string, Attribute>>;

/** Identifies an item: a partition key and a sort key, as in DynamoDB. */
export interface ItemKey {
  readonly partition: string;
  readonly sort: string;
}

/**
 * A condition for {@link Table.update}: every named attribute has exactly this value, `undefined` meaning that the
 * attribute (or the whole item) is absent.
 */
export type Condition = Readonly<Record<string, Attribute | undefined>>;

/** `created`, or the item that was there already. */
export type PutOutcome = { readonly created: true } | { readonly created: false; readonly existing: Item };

/** The item after the update, or, when the condition did not hold, the item as it is (`undefined`: none). */
export type UpdateOutcome =
  | { readonly updated: true; readonly item: Item }
  | { readonly updated: false; readonly item: Item | undefined };

/** Small items with conditional writes: the head, plans, deltas up to 8 KB. On AWS this is a DynamoDB table. */
export interface Table {
  /** Strongly consistent read. */
  get(key: ItemKey): Promise<Item | undefined>;
  /** Creates the item if there is none under this key: one winner among all racers. */
  putIfAbsent(key: ItemKey, item: Item): Promise<PutOutcome>;
  /**
   * Sets attributes (others stay) if the condition holds, atomically; creates the item when the condition allows it.
   * This is also the point at which a store that gathers writes must make them durable, all or nothing with this one.
   */
  update(key: ItemKey, set: Item, when: Condition): Promise<UpdateOutcome>;
  /** Deletes the items; keys without item are ignored. */
  delete(keys: readonly ItemKey[]): Promise<void>;
  /** Items of one partition whose sort key starts with `prefix`, in sort-key order. For sweeping and for people. */
  query(partition: string, prefix: string): Promise<readonly { readonly key: ItemKey; readonly item: Item }[]>;
}
