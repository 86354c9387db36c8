import { deserialize, serialize } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { decode, encode } from "../../shared/codec/index.js";
import { CorruptDataError } from "../../shared/errors/index.js";
import { value } from "./arbitraries.js";
import { strictlyEqual } from "./strictly-equal.js";

// Properties run many times, perhaps on a busy machine.
jest.setTimeout(30_000);

function roundTrip(original: unknown): unknown {
  return decode(encode(original));
}

describe("encode and decode", () => {
  it("give back what went in, whatever it is", () => {
    fc.assert(
      fc.property(value, (original) => strictlyEqual(roundTrip(original), original)),
      { numRuns: 500 },
    );
  });

  it("give equal bytes to equal values", () => {
    fc.assert(fc.property(value, (original) => Buffer.compare(encode(roundTrip(original)), encode(original)) === 0));
  });

  it.each([0, 31, 32, 127, 128, 16_383, 16_384, 100_000])("keep a string of %i characters", (length) => {
    for (const character of ["a", "é", "語", "\u{1f600}", "\ud800", "\0"]) {
      const text = character.repeat(length);
      expect(roundTrip(text) === text).toBe(true);
    }
  });

  it("make small integers, booleans and null one byte each", () => {
    for (const small of [0, 1, 127, true, false, null, undefined, ""]) expect(encode(small)).toHaveLength(3);
    expect(encode(-1)).toHaveLength(4);
    expect(encode(1_000_000)).toHaveLength(6);
    expect(encode(0.5)).toHaveLength(11);
  });

  it("make holes undefined", () => {
    // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
    expect(roundTrip([1, , 3])).toStrictEqual([1, undefined, 3]);
  });

  it("make a Buffer a Uint8Array with memory of its own", () => {
    const bytes = encode(Buffer.from("abc"));
    const copy = decode(bytes) as Uint8Array;
    expect(copy).toStrictEqual(new Uint8Array([97, 98, 99]));
    expect(Buffer.isBuffer(copy)).toBe(false);
    copy[0] = 0;
    expect(decode(bytes)).toStrictEqual(new Uint8Array([97, 98, 99]));
  });

  it("keep __proto__ a property like others", () => {
    const hostile = JSON.parse('{"__proto__": {"admin": true}, "a": 1}');
    const copy = roundTrip(hostile) as object;
    expect(Object.keys(copy)).toEqual(["__proto__", "a"]);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect("admin" in copy).toBe(false);
  });

  it("keep an object without prototype one", () => {
    expect(Object.getPrototypeOf(roundTrip(Object.assign(Object.create(null), { a: 1 })))).toBe(null);
  });

  it("leave out symbol keys and what is not enumerable, and read getters", () => {
    const original = {
      [Symbol("s")]: 1,
      get twice() {
        return 2;
      },
    };
    Object.defineProperty(original, "hidden", { value: 3, enumerable: false });
    expect(roundTrip(original)).toStrictEqual({ twice: 2 });
  });

  it("take built-in objects of other contexts for what they are", () => {
    const original = {
      list: [1],
      map: new Map([[1, new Set(["x"])]]),
      at: new Date(5),
      floats: new Float64Array([0.5]),
    };
    const foreign = deserialize(serialize(original));
    expect(strictlyEqual(roundTrip(foreign), original)).toBe(true);
    expect(roundTrip(runInNewContext("({ a: [new Map([[1, 2]]), new Date(7)] })"))).toStrictEqual({
      a: [new Map([[1, 2]]), new Date(7)],
    });
  });

  it("nest 500 levels deep", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 500; i++) deep = i % 2 === 0 ? [deep] : { deep };
    expect(strictlyEqual(roundTrip(deep), deep)).toBe(true);
  });

  it("read from shared memory", () => {
    const original = ["plain", "語", "\ud800", new Uint8Array([1]), new Float64Array([0.1]), 1.5, 2n ** 70n];
    const bytes = encode(original);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 3), 3);
    shared.set(bytes);
    expect(decode(shared)).toStrictEqual(original);
  });

  it("read from the middle of a buffer", () => {
    const bytes = encode({ a: 1.5, b: ["x".repeat(50)] });
    const padded = Buffer.concat([Buffer.alloc(5), bytes, Buffer.alloc(5)]);
    expect(decode(padded.subarray(5, 5 + bytes.length))).toStrictEqual({ a: 1.5, b: ["x".repeat(50)] });
  });

  it("hand out bytes that later calls do not touch", () => {
    const first = encode("first");
    const before = Buffer.from(first).toString("hex");
    encode("second, and longer than the first");
    expect(Buffer.from(first).toString("hex")).toBe(before);
    expect(first.buffer.byteLength).toBe(first.byteLength);
  });

  it("refuse a newer format version, saying so", () => {
    const bytes = encode(1);
    bytes[1] = 2;
    expect(() => decode(bytes)).toThrow(CorruptDataError);
    expect(() => decode(bytes)).toThrow(/format version 2; this program reads versions up to 1/);
  });
});
