import {
  decode,
  decodeColumn,
  encode,
  encodeColumn,
  hashKey,
  keyBytes,
  registerCodec,
} from "../../shared/codec/index.js";
import { CorruptDataError, IllegalArgumentError } from "../../shared/errors/index.js";

class Money {
  constructor(
    readonly cents: bigint,
    readonly currency: string,
  ) {}
}
registerCodec(Money, {
  name: "Money",
  version: 2,
  encode: (money) => [money.cents, money.currency] as const,
  decode: ([cents, currency], version) => new Money(version === 1 ? cents * 100n : cents, currency),
});

abstract class Shape {
  abstract readonly kind: string;
}
class Circle extends Shape {
  readonly kind = "circle";
  constructor(readonly radius: number) {
    super();
  }
}
registerCodec(Shape, {
  name: "Shape",
  encode: (shape) => ({ kind: shape.kind, radius: (shape as Circle).radius }),
  decode: ({ radius }) => new Circle(radius),
});

class Tags extends Map<string, number> {}
registerCodec(Tags, { name: "Tags", encode: (tags) => [...tags], decode: (entries) => new Tags(entries) });

describe("registerCodec", () => {
  it("lets instances travel, wherever they are", () => {
    const order = { total: new Money(5n, "EUR"), parts: [new Money(2n, "EUR"), new Money(3n, "EUR")] };
    expect(decode(encode(order))).toStrictEqual(order);
    expect(decodeColumn(encodeColumn([order, order.total]))).toStrictEqual([order, order.total]);
  });

  it("serves subclasses, and subclasses of built-in classes", () => {
    expect(decode(encode(new Circle(2)))).toStrictEqual(new Circle(2));
    expect(decode(encode([new Tags([["a", 1]])]))).toStrictEqual([new Tags([["a", 1]])]);
  });

  it("gives the version that was written to decode", () => {
    const bytes = encode(new Money(7n, "EUR"));
    expect(decode(withVersion(bytes, 1))).toStrictEqual(new Money(700n, "EUR"));
  });

  it("refuses to read a version newer than the codec", () => {
    const bytes = withVersion(encode(new Money(7n, "EUR")), 3);
    expect(() => decode(bytes)).toThrow(CorruptDataError);
    expect(() => decode(bytes)).toThrow("version 3 of codec Money; this program has version 2");
  });

  it("says which codec is missing", () => {
    const bytes = Buffer.from(encode(new Money(7n, "EUR")));
    bytes.write("Mooey", bytes.indexOf("Money"), "latin1");
    expect(() => decode(bytes)).toThrow(CorruptDataError);
    expect(() => decode(bytes)).toThrow('codec "Mooey", which this program does not have: call registerCodec');
  });

  it("wraps what a codec throws on reading", () => {
    class Picky {}
    const cause = new RangeError("no such thing");
    registerCodec(Picky, {
      name: "Picky",
      encode: () => 1,
      decode: () => {
        throw cause;
      },
    });
    const bytes = encode(new Picky());
    expect(() => decode(bytes)).toThrow("Codec Picky could not decode its version 1: no such thing");
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: "SLUICE_CORRUPT_DATA", cause }));
  });

  it("lets through what a codec throws on writing", () => {
    class Locked {}
    const thrown = new Error("locked");
    registerCodec(Locked, {
      name: "Locked",
      encode: () => {
        throw thrown;
      },
      decode: () => new Locked(),
    });
    expect(() => encode([new Locked()])).toThrow(thrown);
    expect(decode(encode("next"))).toBe("next");
  });

  it("names the path into what a codec made of the value", () => {
    class Wrapper {
      readonly f = () => 1;
    }
    registerCodec(Wrapper, { name: "Wrapper", encode: ({ f }) => ({ f }), decode: () => new Wrapper() });
    expect(() => encode({ a: new Wrapper() })).toThrow("a function at .a.f cannot be encoded");
  });

  it("makes instances keys, equal by their plain form", () => {
    expect(keyBytes(new Money(1n, "EUR"))).toEqual(keyBytes(new Money(1n, "EUR")));
    expect(keyBytes(new Money(1n, "EUR"))).not.toEqual(keyBytes(new Money(1n, "USD")));
    expect(keyBytes(new Money(1n, "EUR"))).not.toEqual(keyBytes([1n, "EUR"]));
    expect(hashKey(new Money(1n, "EUR"))).toBe(hashKey(new Money(1n, "EUR")));
  });

  it("allows a codec to encode on its own", () => {
    class Sealed {
      constructor(readonly inner: unknown) {}
    }
    registerCodec(Sealed, {
      name: "Sealed",
      encode: ({ inner }) => encode(inner),
      decode: (bytes) => new Sealed(decode(bytes)),
    });
    const value = [1, new Sealed({ a: new Sealed("b".repeat(5000)) }), 2];
    expect(decode(encode(value))).toStrictEqual(value);
  });

  it("refuses a name that another class has", () => {
    class Other {}
    const same = { name: "Money", encode: () => 1, decode: () => new Other() };
    expect(() => registerCodec(Other, same)).toThrow(IllegalArgumentError);
    expect(() => registerCodec(Other, same)).toThrow("The codec name Money belongs to another class already");
  });

  it("refuses a second name for a class, but not the same registration twice", () => {
    class Once {}
    const codec = { name: "Once", encode: () => 1, decode: () => new Once() };
    registerCodec(Once, codec);
    expect(() => registerCodec(Once, codec)).not.toThrow();
    expect(() => registerCodec(Once, { ...codec, name: "Twice" })).toThrow(IllegalArgumentError);
  });

  it.each([
    ["an empty name", { name: "" }],
    ["a version that is no whole number", { name: "V", version: 1.5 }],
    ["a negative version", { name: "V", version: -1 }],
  ])("refuses %s", (_, options) => {
    class Bad {}
    expect(() => registerCodec(Bad, { encode: () => 1, decode: () => new Bad(), ...options })).toThrow(
      IllegalArgumentError,
    );
  });

  it.each([[Map], [Object], [Array], [Date], [Uint8Array]])("refuses a class that needs none: %p", (type) => {
    expect(() => registerCodec(type, { name: "Builtin", encode: () => 1, decode: () => new type() })).toThrow(
      /need no codec/,
    );
  });
});

/** The version follows the name. */
function withVersion(bytes: Uint8Array, version: number): Uint8Array {
  const changed = Buffer.from(bytes);
  changed[changed.indexOf("Money") + "Money".length] = version;
  return changed;
}
