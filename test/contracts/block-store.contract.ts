import { randomUUID } from "node:crypto";
import type { BlockStore } from "../../shared/ports/index.js";
import { inChunks, pattern, type Subject, text, utf8 } from "./subject.js";

/** What every block store does. */
export function describeBlockStore(name: string, make: () => Promise<Subject<BlockStore>>): void {
  describe(`block store: ${name}`, () => {
    let store: BlockStore;
    let close: () => Promise<void>;
    let root: string;

    beforeAll(async () => {
      const made = await make();
      store = made.subject;
      close = () => made.close();
    });
    afterAll(() => close());
    beforeEach(() => {
      root = `${randomUUID()}/`;
    });

    it("has nothing under a name that was never written", async () => {
      expect(await store.get(`${root}none`)).toBeUndefined();
      expect(await store.getRange(`${root}none`, 0, 10)).toBeUndefined();
    });

    it.each([0, 1, 1000, 256 * 1024, 256 * 1024 + 1, 3_000_000])(
      "returns the %i bytes that were put",
      async (length) => {
        await store.put(`${root}a`, pattern(length));
        const bytes = await store.get(`${root}a`);
        expect(bytes).toBeInstanceOf(Uint8Array);
        expect(Buffer.compare(bytes ?? new Uint8Array(1), pattern(length))).toBe(0);
      },
    );

    it.each([1000, 1_000_000])("returns a part of %i bytes, and less where the object ends", async (length) => {
      await store.put(`${root}a`, pattern(length));
      const parts = [
        [0, 10],
        [10, 20],
        [length - 5, length],
        [length - 5, length + 100],
        [0, length],
      ] as const;
      for (const [start, end] of parts) {
        const bytes = await store.getRange(`${root}a`, start, end);
        expect(Buffer.compare(bytes ?? new Uint8Array(0), pattern(length).subarray(start, end))).toBe(0);
      }
    });

    it.each(["a b", "a+b%20c", "ä/é", "q?x=1&y#z", "dot.", "日本/😀"])("takes the name %p", async (suffix) => {
      await store.put(root + suffix, utf8(suffix));
      expect(text(await store.get(root + suffix))).toBe(suffix);
      expect(await store.list(root)).toEqual([root + suffix]);
    });

    it("creates only where nothing is", async () => {
      expect(await store.putIfAbsent(`${root}a`, utf8("first"))).toBe("created");
      expect(await store.putIfAbsent(`${root}a`, utf8("second"))).toBe("exists");
      expect(text(await store.get(`${root}a`))).toBe("first");
    });

    it("does not create over what was put", async () => {
      await store.put(`${root}a`, utf8("first"));
      expect(await store.putIfAbsent(`${root}a`, utf8("second"))).toBe("exists");
      expect(text(await store.get(`${root}a`))).toBe("first");
    });

    it.each([10, 300_000])("lets exactly one of 50 racing creators win (%i bytes)", async (length) => {
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, racer) => store.putIfAbsent(`${root}a`, pattern(length, racer))),
      );
      const winners = outcomes.flatMap((outcome, racer) => (outcome === "created" ? [racer] : []));
      expect(winners).toHaveLength(1);
      const bytes = await store.get(`${root}a`);
      expect(Buffer.compare(bytes ?? new Uint8Array(0), pattern(length, winners[0]))).toBe(0);
    });

    it("deletes, and ignores names without object", async () => {
      await store.put(`${root}a`, utf8("a"));
      await store.put(`${root}b`, pattern(300_000));
      await store.put(`${root}c`, utf8("c"));
      const absent = Array.from({ length: 1100 }, (_, index) => `${root}none-${index}`);
      await store.delete([`${root}a`, ...absent, `${root}b`]);
      expect(await store.get(`${root}a`)).toBeUndefined();
      expect(await store.get(`${root}b`)).toBeUndefined();
      expect(await store.getRange(`${root}b`, 0, 1)).toBeUndefined();
      expect(await store.list(root)).toEqual([`${root}c`]);
      await store.delete([]);
    });

    it("creates again where something was deleted", async () => {
      await store.put(`${root}a`, utf8("first"));
      await store.delete([`${root}a`]);
      expect(await store.putIfAbsent(`${root}a`, utf8("second"))).toBe("created");
      expect(text(await store.get(`${root}a`))).toBe("second");
    });

    it("lists the names with a prefix in the order of their bytes", async () => {
      // U+FF5E sorts after U+1F600 by UTF-16 units, before it by bytes.
      const names = ["b/1", "b/10", "b/2", "b/～", "b/😀", "bb"].map((suffix) => root + suffix);
      await Promise.all([...names, `${root}a`, `${root}c`].reverse().map((each) => store.put(each, utf8(each))));
      expect(await store.list(`${root}b`)).toEqual(names);
      expect(await store.list(`${root}b/1`)).toEqual(names.slice(0, 2));
      expect(await store.list(`${root}x`)).toEqual([]);
    });

    it("lists more than a thousand names", async () => {
      const names = Array.from({ length: 1100 }, (_, index) => `${root}${String(index).padStart(5, "0")}`);
      await inChunks(names, (each) => store.put(each, utf8("x")));
      expect(await store.list(root)).toEqual(names);
    }, 60_000);
  });
}
