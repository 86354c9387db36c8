import fc from "fast-check";
import { deaggregate, hashKeyOfSubRecord, startsLikeAggregate } from "../../shared/aws/kpl.js";
import { hashKeyOf } from "../../shared/streamlog/index.js";
import { pattern, text, utf8 } from "../contracts/subject.js";
import { aggregate, bytes, number, sealed } from "./aggregate.js";

const three = [
  { partitionKey: "a", data: utf8("one") },
  { partitionKey: "grüße 😀", explicitHashKey: 2n ** 127n, data: utf8("two") },
  { partitionKey: "a", data: new Uint8Array(0) },
];

describe("records aggregated by the KPL", () => {
  it("are unpacked, with keys and in order", () => {
    const found = deaggregate(aggregate(three));
    expect(found?.map(({ data }) => text(data))).toEqual(["one", "two", ""]);
    expect(found?.map(({ partitionKey }) => partitionKey)).toEqual(["a", "grüße 😀", "a"]);
    expect(found?.map(hashKeyOfSubRecord)).toEqual([hashKeyOf("a"), 2n ** 127n, hashKeyOf("a")]);
  });

  it("are as the library itself writes them", () => {
    // Partition key table ["key"], one record: index 0, data "hello". Written out, so that packer and reader cannot err alike.
    const packed = Buffer.from(
      "f3899ac2" + "0a036b65791a0908001a0568656c6c6f" + "ad25e592bca5650b5684e343e9e9ecd1",
      "hex",
    );
    expect(deaggregate(packed)).toEqual([
      { partitionKey: "key", explicitHashKey: undefined, data: new Uint8Array(Buffer.from("hello")) },
    ]);
  });

  it("may be none", () => {
    expect(deaggregate(sealed(new Uint8Array(0)))).toEqual([]);
  });

  it("may be large", () => {
    const many = Array.from({ length: 2000 }, (_, i) => ({
      partitionKey: `key-${i % 300}`,
      data: pattern(i % 400, i),
    }));
    const found = deaggregate(aggregate(many));
    expect(found).toHaveLength(2000);
    found?.forEach(({ partitionKey, data }, i) => {
      expect(partitionKey).toBe(`key-${i % 300}`);
      expect(Buffer.compare(data, pattern(i % 400, i))).toBe(0);
    });
  });

  it("may have fields that are new to the reader", () => {
    const record = Buffer.concat([
      Buffer.from([9 * 8 + 1, 1, 2, 3, 4, 5, 6, 7, 8]),
      number(1, 0),
      Buffer.from([8 * 8 + 5, 1, 2, 3, 4]),
      bytes(3, utf8("x")),
    ]);
    const message = Buffer.concat([bytes(7, utf8("new")), bytes(1, utf8("k")), bytes(3, record)]);
    expect(deaggregate(sealed(message))?.map(({ data }) => text(data))).toEqual(["x"]);
  });
});

describe("bytes that are no aggregate", () => {
  const packed = aggregate(three);

  it.each([
    ["nothing", new Uint8Array(0)],
    ["the magic number alone", packed.subarray(0, 4)],
    ["too little for a digest", packed.subarray(0, 19)],
    ["another magic number", Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc3]), packed.subarray(4)])],
    ["a wrong digest", Buffer.concat([packed.subarray(0, -1), Buffer.from([(packed.at(-1) ?? 0) ^ 1])])],
    ["a changed message", Buffer.concat([packed.subarray(0, 9), Buffer.from("!"), packed.subarray(10)])],
    ["a message cut off", sealed(packed.subarray(4, -20))],
    ["a field of unknown type", sealed(Buffer.from([8 + 3]))],
    ["a number without end", sealed(Buffer.alloc(20, 0xff))],
    ["a record without data", sealed(Buffer.concat([bytes(1, utf8("k")), bytes(3, number(1, 0))]))],
    ["a key that is not in the table", sealed(bytes(3, Buffer.concat([number(1, 0), bytes(3, utf8("x"))])))],
    ["a hash key that is no number", sealed(bytes(2, utf8("none")))],
    ["a field of another type", sealed(number(1, 5))],
  ])("are data: %s", (_what, data) => {
    expect(deaggregate(data)).toBeUndefined();
  });

  it("are taken for what they are, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
        expect(startsLikeAggregate(data)).toBe(false);
        expect(deaggregate(data)).toBeUndefined();
        // With a right digest the content decides, and no content throws.
        deaggregate(sealed(data));
      }),
    );
  });
});
