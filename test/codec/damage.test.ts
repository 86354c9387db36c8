import fc from "fast-check";
import {
  columnLength,
  decode,
  decodeColumn,
  decodePairs,
  encode,
  encodeColumn,
  encodePairs,
  forEachInColumn,
  forEachPair,
} from "../../shared/codec/index.js";
import { CorruptDataError } from "../../shared/errors/index.js";
import { column, value } from "./arbitraries.js";

// Properties run many times, perhaps on a busy machine.
jest.setTimeout(30_000);

/** Bits flipped, a piece cut out, a piece of rubbish put in. */
const damage = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("flip" as const), at: fc.nat(), byte: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ kind: fc.constant("cut" as const), at: fc.nat(), length: fc.integer({ min: 1, max: 20 }) }),
    fc.record({
      kind: fc.constant("insert" as const),
      at: fc.nat(),
      rubbish: fc.uint8Array({ minLength: 1, maxLength: 9 }),
    }),
  ),
  { minLength: 1, maxLength: 4 },
);
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

/** The header stays whole most of the time: behind it is more to get wrong. */
function damaged(bytes: Uint8Array, blows: Damage): Uint8Array {
  return blows.reduce<Uint8Array>((before, blow) => {
    const at = 2 + (blow.at % Math.max(before.length - 2, 1));
    if (blow.kind === "flip") return before.map((byte, i) => (i === at ? byte ^ blow.byte : byte));
    const end = blow.kind === "cut" ? at + blow.length : at;
    return Buffer.concat([
      before.subarray(0, at),
      blow.kind === "insert" ? blow.rubbish : Buffer.alloc(0),
      before.subarray(end),
    ]);
  }, bytes);
}

/** Reading either works, with whatever result, or throws the one right error. */
function survives(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error;
  }
}

function readers(bytes: Uint8Array): (() => unknown)[] {
  return [
    () => decodeColumn(bytes),
    () => decodePairs(bytes),
    () => forEachInColumn(bytes, () => {}),
    () => forEachPair(bytes, () => {}),
    () => columnLength(bytes),
  ];
}

describe("damaged bytes", () => {
  it("of a value never do worse than a CorruptDataError", () => {
    fc.assert(
      fc.property(value, damage, (original, blows) => survives(() => decode(damaged(encode(original), blows)))),
      { numRuns: 700 },
    );
  });

  it("of a column never do worse than a CorruptDataError", () => {
    fc.assert(
      fc.property(column, damage, (values, blows) => {
        for (const read of readers(damaged(encodeColumn(values), blows))) survives(read);
      }),
      { numRuns: 700 },
    );
  });

  it("that are rubbish altogether never do worse, either", () => {
    const rubbish = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(rubbish, (bytes) => {
        survives(() => decode(bytes));
        survives(() => decode(Buffer.concat([Buffer.from([0xd5, 1]), bytes])));
        for (const read of readers(Buffer.concat([Buffer.from([0xdc, 1]), bytes]))) survives(read);
      }),
      { numRuns: 700 },
    );
  });

  it("are noticed wherever they are cut off, and when there are too many", () => {
    const valueBytes = encode({ a: [1, "text", 2.5, 10n], b: new Map([[new Date(0), new Uint8Array(3)]]) });
    for (let end = 0; end < valueBytes.length; end++) {
      expect(() => decode(valueBytes.subarray(0, end))).toThrow(CorruptDataError);
    }
    expect(() => decode(Buffer.concat([valueBytes, Buffer.alloc(1)]))).toThrow(CorruptDataError);
    const columns = [
      encodeColumn([1, 2]),
      encodeColumn([1, 1]),
      encodeColumn([300, 2]),
      encodeColumn([-1, 2]),
      encodeColumn([0.5, 2]),
      encodeColumn(["a", "bc"]),
      encodeColumn([new Uint8Array(3), new Uint8Array(2)]),
      encodeColumn([[1], [2, 3]]),
      encodeColumn([{ a: 1 }, { a: "x" }]),
      encodeColumn([1, "a", null]),
      encodePairs(["a", "b"], [[1], [1, 1]]),
    ];
    for (const bytes of columns) {
      for (let end = 0; end < bytes.length; end++) {
        expect(() => decodeColumn(bytes.subarray(0, end))).toThrow(CorruptDataError);
        expect(() => forEachInColumn(bytes.subarray(0, end), () => {})).toThrow(CorruptDataError);
      }
      expect(() => decodeColumn(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(CorruptDataError);
    }
  });

  it("cannot ask for memory that they do not fill", () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    for (const tag of [0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3]) {
      expect(() => decode(new Uint8Array([0xd5, 1, tag, ...huge, 0]))).toThrow(CorruptDataError);
    }
    for (let layout = 0; layout <= 10; layout++) {
      expect(() => decodeColumn(new Uint8Array([0xdc, 1, ...huge, layout, 0, 0, 0, 0, 0, 0, 0]))).toThrow(
        CorruptDataError,
      );
    }
  });

  it("are measured before memory is allocated", () => {
    for (const layout of [0, 2]) {
      const bytes = new Uint8Array([0xdc, 1, 0xff, 0xff, 0xff, 0x3f, layout, 1, 1]);
      expect(() => decodeColumn(bytes)).toThrow(/134217727 (more needed|bytes of numbers)/);
    }
  });

  it("cannot turn a few ones into billions", () => {
    for (const values of [
      new Array(300).fill(1),
      new Array(300).fill([1, 1]),
      new Array(300).fill([1, 1, 1, 1, 1, 1, 1, 1, 1]),
    ]) {
      const bytes = encodeColumn(values);
      bytes[3] = 0xff;
      expect(() => decodeColumn(Buffer.concat([bytes.subarray(0, 4), Buffer.from([0x7f]), bytes.subarray(4)]))).toThrow(
        CorruptDataError,
      );
      for (let at = 3; at < bytes.length; at++) {
        survives(() => decodeColumn(bytes.map((byte, i) => (i === at ? 0xff : byte))));
      }
    }
  });

  it("cannot overflow the stack", () => {
    expect(() => decode(Buffer.concat([Buffer.from([0xd5, 1]), Buffer.alloc(100_000, 0xa1)]))).toThrow(
      /nested more than 500 levels/,
    );
    const nested = Buffer.alloc(100_000);
    nested.set([0xdc, 1, 1]);
    for (let at = 3, left = nested.length - 3; left >= 6; at += 6, left -= 6) {
      nested.set([9, 2], at);
      nested.writeUInt32LE(left - 6, at + 2);
    }
    expect(() => decodeColumn(nested)).toThrow(/nested more than 16 levels/);
  });

  it.each([
    ["a tag that is not given", "d501d5", /no value with tag 0xd5/],
    ["a number of too many bytes", "d501cfffffffffffffffffff01", /too many bytes|too large/],
    ["an integer of more than 32 bits", "d501c4ffffffff1f", /an integer is too large/],
    ["half a UTF-16 unit", "d501cb0300d800", /half a UTF-16 unit/],
    ["a name that is no string", "d501b10501", /name of a property was expected/],
    ["a typed array of no type", "d501ce0b00", /unknown type/],
    ["part of an element", "d501ce0303010203", /part of an element/],
    ["a codec name that is no string", "d501d40501", /a string was expected/],
    ["left over bytes", "d5010505", /left over/],
  ])("of a value are noticed: %s", (_, bytes, message) => {
    expect(() => decode(Buffer.from(bytes, "hex"))).toThrow(CorruptDataError);
    expect(() => decode(Buffer.from(bytes, "hex"))).toThrow(message);
  });

  it.each([
    ["no such layout", "dc01010b05", /no column layout 11/],
    ["a count that is not confirmed", "dc0104 01 27b4f085 01", /not confirmed/],
    ["a constant that is no primitive", "dc0103 01 27b4f085 a0", /must be a primitive/],
    ["too few numbers", "dc0103 02 0102", /3 bytes of numbers/],
    ["too many numbers", "dc0103 02 01020304", /3 bytes of numbers/],
    ["a negative length", "dc0102 06 09000000 04 ffffffff 03000000 826162", /no such length/],
    ["a length that is no number", "dc0103 06 06000000 01 27b4f085 c1 00", /no such length/],
    ["lengths that are not integers", "dc0101 06 09000000 05 000000000000f03f 8161", /cannot hold lengths/],
    ["a string beyond its text", "dc0102 06 03000000 02 0104 83616263", /crosses the end of its text/],
    ["a string longer than its text", "dc0102 06 03000000 02 0400 83616263", /longer than its text/],
    ["a text that is none", "dc0102 06 03000000 02 0102 c1", /a string was expected/],
    ["text left over", "dc0102 06 03000000 02 0101 83616263", /text is left over/],
    ["more elements than there are", "dc0102 08 02 03000000 02 0102 03000000 02 0102", /more elements than there are/],
    ["elements left over", "dc0102 08 03 03000000 02 0101 04000000 02 010203", /elements are left over/],
    ["tuples of one", "dc0101 09 01 02000000 02 01", /no tuples of 1/],
    ["tuples of nine", "dc0101 09 09", /no tuples of 9/],
    ["records without names", "dc0101 0a 00", /no such records/],
    ["records with a prototype", "dc0101 0a 01 895f5f70726f746f5f5f 02000000 02 01", /no such records/],
    ["bytes of a child left over", "dc0102 08 02 03000000 02 0101 05000000 00 01 02 03 04", /left over/],
    ["a column of 2^32 values", "dc018080808010 00", /cannot be that long/],
  ])("of a column are noticed: %s", (_, spaced, message) => {
    const bytes = Buffer.from(spaced.replaceAll(" ", ""), "hex");
    expect(() => decodeColumn(bytes)).toThrow(CorruptDataError);
    expect(() => decodeColumn(bytes)).toThrow(message);
    expect(() => forEachInColumn(bytes, () => {})).toThrow(message);
  });

  it("say where they are damaged", () => {
    expect(() => decode(new Uint8Array([0xd5, 1, 0xcf, 5, 1]))).toThrow(
      "The bytes are damaged: they end too early, 5 more needed and 1 left (byte 4 of 5).",
    );
    expect(() => decode(encodeColumn([1]))).toThrow("These bytes do not start like a value.");
    expect(() => decodeColumn(encode(1))).toThrow("These bytes do not start like a column.");
    expect(() => decodeColumn(new Uint8Array(0))).toThrow("There are no bytes to read a column from.");
  });
});
