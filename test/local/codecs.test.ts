import fc from "fast-check";
import { CorruptDataError } from "../../shared/errors/index.js";
import { decodeItem, encodeItem } from "../../shared/local/item-codec.js";
import { decodeSegment, encodeSegment, segmentHead } from "../../shared/local/stream-segment.js";
import type { Item } from "../../shared/ports/index.js";

const attribute = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.uint8Array(),
);
const attributeName = fc.string({ unit: "grapheme" }).filter((name) => name !== "__proto__");

describe("the layout of items", () => {
  it("returns what it was given", () => {
    fc.assert(
      fc.property(fc.dictionary(attributeName, attribute), (item) => {
        expect(decodeItem(encodeItem(item))).toEqual({ ...item });
      }),
    );
  });

  it("is fixed, because checkpoints outlive versions", () => {
    const item: Item = { a: "x", n: 1, t: true, f: false, b: Uint8Array.of(1, 2) };
    expect(Buffer.from(encodeItem(item)).toString("hex")).toBe(
      "01" +
        "01010000006101000000" +
        "78" +
        "02010000006e08000000" +
        "000000000000f03f" +
        "04010000007400000000" +
        "03010000006600000000" +
        "05010000006202000000" +
        "0102",
    );
  });

  it("names what it does not know", () => {
    expect(() => decodeItem(Uint8Array.of(2))).toThrow(CorruptDataError);
    const bytes = Uint8Array.from(encodeItem({ a: true }));
    bytes[1] = 99;
    expect(() => decodeItem(bytes)).toThrow("unknown kind 99");
  });
});

describe("the layout of segments", () => {
  const entry = fc.record({ partitionKey: fc.string({ unit: "grapheme", minLength: 1 }), data: fc.uint8Array() });
  const all = () => true;

  it("returns the records it was given, from any place on, as many as are taken", () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), fc.nat(20), fc.nat(20), (entries, skip, room) => {
        const segment = encodeSegment(entries, 1234.5);
        expect(segmentHead(segment)).toEqual({ count: entries.length, arrivalTime: 1234.5 });
        let left = room;
        const records = decodeSegment(segment, 100, skip, () => left-- > 0);
        expect(records).toEqual(
          entries
            .map(({ partitionKey, data }, i) => ({
              sequenceNumber: String(100 + i),
              arrivalTime: 1234.5,
              partitionKey,
              data,
            }))
            .slice(skip, skip + room)
            .map((record) => ({ ...record, data: expect.objectContaining({ length: record.data.length }) })),
        );
        records.forEach(({ data }, i) => {
          expect(Buffer.compare(data, entries[skip + i]?.data ?? new Uint8Array(1))).toBe(0);
        });
      }),
    );
  });

  it("asks whether a record of so many bytes fits", () => {
    const sizes: number[] = [];
    const segment = encodeSegment([{ partitionKey: "ä", data: Uint8Array.of(1, 2, 3) }], 1);
    decodeSegment(segment, 1, 0, (bytes) => sizes.push(bytes) > 0);
    expect(sizes).toEqual([5]);
  });

  it("is fixed, because streams outlive versions", () => {
    const segment = encodeSegment([{ partitionKey: "k", data: Uint8Array.of(7) }], 1);
    expect(Buffer.from(segment).toString("hex")).toBe("0101000000000000000000f03f0100010000006b07");
  });

  it("names what it does not know", () => {
    expect(() => decodeSegment(new Uint8Array(20).fill(9), 1, 0, all)).toThrow(CorruptDataError);
  });
});
