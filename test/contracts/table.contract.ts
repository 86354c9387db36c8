import { randomUUID } from "node:crypto";
import type { Item, ItemKey, Table } from "../../shared/ports/index.js";
import { inChunks, pattern, type Subject } from "./subject.js";

const everything: Item = {
  text: "grüße 😀",
  empty: "",
  int: 42,
  negative: -1.5,
  large: Number.MAX_SAFE_INTEGER,
  small: 1e-7,
  yes: true,
  no: false,
  bytes: pattern(300),
  noBytes: new Uint8Array(0),
};

/** What every table does. */
export function describeTable(name: string, make: () => Promise<Subject<Table>>): void {
  describe(`table: ${name}`, () => {
    let table: Table;
    let close: () => Promise<void>;
    let partition: string;
    let head: ItemKey;

    beforeAll(async () => {
      const made = await make();
      table = made.subject;
      close = () => made.close();
    });
    afterAll(() => close());
    beforeEach(() => {
      partition = `job#${randomUUID()}`;
      head = { partition, sort: "head" };
    });

    it("has no item under a key that was never written", async () => {
      expect(await table.get(head)).toBeUndefined();
    });

    it("returns every kind of attribute as it was put", async () => {
      expect(await table.putIfAbsent(head, everything)).toEqual({ created: true });
      expect(await table.get(head)).toEqual(everything);
    });

    it("returns every kind of attribute as it was updated", async () => {
      expect(await table.update(head, everything, {})).toEqual({ updated: true, item: everything });
      expect(await table.get(head)).toEqual(everything);
    });

    it("creates only where nothing is, and shows what is there", async () => {
      await table.putIfAbsent(head, { a: 1 });
      expect(await table.putIfAbsent(head, { a: 2 })).toEqual({ created: false, existing: { a: 1 } });
      expect(await table.get(head)).toEqual({ a: 1 });
    });

    it("lets exactly one of 50 racing creators win, and shows the winner to the others", async () => {
      const outcomes = await Promise.all(Array.from({ length: 50 }, (_, racer) => table.putIfAbsent(head, { racer })));
      const winners = outcomes.flatMap((outcome, racer) => (outcome.created ? [racer] : []));
      expect(winners).toHaveLength(1);
      for (const outcome of outcomes) if (!outcome.created) expect(outcome.existing).toEqual({ racer: winners[0] });
    });

    it("sets attributes and leaves the others", async () => {
      await table.putIfAbsent(head, { a: 1, b: "x" });
      expect(await table.update(head, { b: "y", c: true }, { a: 1 })).toEqual({
        updated: true,
        item: { a: 1, b: "y", c: true },
      });
      expect(await table.get(head)).toEqual({ a: 1, b: "y", c: true });
    });

    it("creates the item when the condition allows its absence", async () => {
      expect(await table.update(head, { a: 1 }, { a: undefined })).toEqual({ updated: true, item: { a: 1 } });
      expect(await table.update(head, { a: 2 }, { a: undefined })).toEqual({ updated: false, item: { a: 1 } });
    });

    it("does not create the item when the condition wants a value", async () => {
      expect(await table.update(head, { a: 2 }, { a: 1 })).toEqual({ updated: false, item: undefined });
      expect(await table.get(head)).toBeUndefined();
    });

    it.each(Object.keys(everything))("compares the attribute %p with the one wanted", async (attribute) => {
      await table.putIfAbsent(head, everything);
      const value = everything[attribute];
      const other = typeof value === "string" ? `${value}!` : value instanceof Uint8Array ? pattern(299) : !value;
      const refused = await table.update(head, { seen: 1 }, { [attribute]: other });
      expect(refused).toEqual({ updated: false, item: everything });
      const updated = await table.update(head, { seen: 1 }, { [attribute]: value });
      expect(updated).toEqual({ updated: true, item: { ...everything, seen: 1 } });
    });

    it("wants every attribute of the condition", async () => {
      await table.putIfAbsent(head, { token: 1, man: "m1" });
      for (const when of [
        { token: 1, man: "m2" },
        { token: 2, man: "m1" },
        { token: 1, man: "m1", out: 0 },
      ]) {
        expect((await table.update(head, { man: "m3" }, when)).updated).toBe(false);
      }
      expect((await table.update(head, { man: "m3" }, { token: 1, man: "m1", out: undefined })).updated).toBe(true);
    });

    it("distinguishes a number from the text of it", async () => {
      await table.putIfAbsent(head, { a: 1 });
      expect((await table.update(head, { b: 1 }, { a: "1" })).updated).toBe(false);
    });

    it("lets exactly one of 50 racing compare-and-swaps win", async () => {
      await table.putIfAbsent(head, { man: "m0" });
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, racer) => table.update(head, { man: `m${racer + 1}` }, { man: "m0" })),
      );
      const winners = outcomes.flatMap((outcome, racer) => (outcome.updated ? [`m${racer + 1}`] : []));
      expect(winners).toHaveLength(1);
      expect(await table.get(head)).toEqual({ man: winners[0] });
    });

    it("loses no increment among concurrent compare-and-swap loops", async () => {
      await table.putIfAbsent(head, { n: 0 });
      const increment = async (): Promise<void> => {
        for (;;) {
          const n = Number((await table.get(head))?.n);
          if ((await table.update(head, { n: n + 1 }, { n })).updated) return;
        }
      };
      await Promise.all(Array.from({ length: 10 }, increment));
      expect(await table.get(head)).toEqual({ n: 10 });
    }, 30_000);

    it("updates an item that was just put, deletes it, and updates it into being again", async () => {
      await table.putIfAbsent(head, { a: 1 });
      expect((await table.update(head, { b: 2 }, { a: 1 })).item).toEqual({ a: 1, b: 2 });
      await table.delete([head]);
      expect(await table.get(head)).toBeUndefined();
      expect(await table.update(head, { c: 3 }, { a: undefined })).toEqual({ updated: true, item: { c: 3 } });
      expect(await table.get(head)).toEqual({ c: 3 });
    });

    it("deletes many items, and ignores keys without item", async () => {
      const keys = Array.from({ length: 60 }, (_, index) => ({ partition, sort: `plan#${index}` }));
      await inChunks(keys.slice(0, 40), (key) => table.putIfAbsent(key, { a: 1 }));
      await table.delete(keys);
      expect(await table.query(partition, "")).toEqual([]);
      expect(await table.putIfAbsent({ partition, sort: "plan#1" }, { a: 2 })).toEqual({ created: true });
      await table.delete([]);
    });

    it("finds the items of a partition by the start of their sort key, in order", async () => {
      const sorts = ["plan#1", "plan#10", "plan#2", "plan#～", "plan#😀"];
      for (const sort of [...sorts].reverse()) await table.putIfAbsent({ partition, sort }, { sort });
      await table.putIfAbsent(head, { a: 1 });
      await table.putIfAbsent({ partition: `${partition}x`, sort: "plan#3" }, { a: 1 });
      expect(await table.query(partition, "plan#")).toEqual(
        sorts.map((sort) => ({ key: { partition, sort }, item: { sort } })),
      );
      expect((await table.query(partition, "")).map(({ key }) => key.sort)).toEqual(["head", ...sorts]);
      expect(await table.query(partition, "none")).toEqual([]);
    });

    it("finds more items than fit one page", async () => {
      const keys = Array.from({ length: 150 }, (_, i) => ({ partition, sort: `st/${String(i).padStart(4, "0")}` }));
      await inChunks(keys, (key) => table.putIfAbsent(key, { bytes: pattern(8000) }));
      const found = await table.query(partition, "st/");
      expect(found.map(({ key }) => key)).toEqual(keys);
    }, 30_000);

    it("holds an item of 300 KB", async () => {
      await table.putIfAbsent(head, { bytes: pattern(300_000) });
      const bytes = (await table.get(head))?.bytes;
      expect(Buffer.compare(bytes as Uint8Array, pattern(300_000))).toBe(0);
    });
  });
}
