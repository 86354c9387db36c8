import { encode, encodeColumn, encodePairs, hashKey, KeyMap, keyBytes } from "../../shared/codec/index.js";
import { NotSerializableError } from "../../shared/errors/index.js";

class Address {
  readonly street = "Main St";
}

function failure(run: () => unknown): NotSerializableError {
  try {
    run();
  } catch (error) {
    if (error instanceof NotSerializableError) return error;
    throw error;
  }
  throw new Error("did not throw");
}

describe("a value that cannot be encoded", () => {
  it("is named with its path and what to do", () => {
    const error = failure(() => encodeColumn([0, { user: { address: new Address() } }]));
    expect(error.message).toBe(
      "a value of class Address at [1].user.address cannot be encoded: " +
        "register a codec with registerCodec(Address, …) or convert it to a plain object",
    );
    expect(error.details).toEqual({ path: "[1].user.address", type: "Address" });
    expect(error.code).toBe("SLUICE_NOT_SERIALIZABLE");
  });

  it("needs no path when it is the whole value", () => {
    expect(failure(() => encode(new Address())).message).toMatch(/^a value of class Address cannot be encoded: /);
    expect(failure(() => encode(() => 1)).details).toEqual({ path: "", type: "function" });
  });

  it.each([
    ["a function", { f: () => 1 }, ".f", "function"],
    ["a class", [[Address]], "[0][0]", "function"],
    ["a symbol", { a: [1, Symbol("s")] }, ".a[1]", "symbol"],
    ["a promise", [Promise.resolve(1)], "[0]", "promise"],
    ["an Error", { cause: new TypeError("x") }, ".cause", "TypeError"],
    ["a RegExp", [/x/], "[0]", "RegExp"],
    ["a boxed number", [Object(1)], "[0]", "Number"],
    ["an array of a subclass", [new (class Stack extends Array {})()], "[0]", "Stack"],
    ["a Map of a subclass", [new (class Index extends Map {})()], "[0]", "Index"],
    ["an object with a prototype of its own", [Object.create({ a: 1 })], "[0]", "object"],
    ["the value of a Map", new Map([["k", Symbol("s")]]), '.get("k")', "symbol"],
    ["the key of a Map", new Map([[Symbol("s"), 1]]), ".keys()[0]", "symbol"],
    ["under a composite key of a Map", new Map([[[1], Symbol("s")]]), ".get(.keys()[0])", "symbol"],
    ["in a Set", new Set([1, Symbol("s")]), ".values()[1]", "symbol"],
    ["under an odd name", { "a b": Symbol("s") }, '["a b"]', "symbol"],
  ])("may be %s", (_, value, path, type) => {
    expect(failure(() => encode(value)).details).toEqual({ path, type });
    expect(failure(() => encodeColumn([value])).details).toEqual({ path: `[0]${path}`, type });
    expect(failure(() => keyBytes(value)).details).toEqual({ path, type });
  });

  it("is found in records, tuples and lists, too", () => {
    const odd = Symbol("s");
    expect(failure(() => encodeColumn([{ a: 1 }, { a: odd }])).details.path).toBe("[1].a");
    expect(
      failure(() =>
        encodeColumn([
          ["a", 1],
          ["b", odd],
        ]),
      ).details.path,
    ).toBe("[1][1]");
    expect(failure(() => encodeColumn([[1], [1, 2, odd]])).details.path).toBe("[1][2]");
    expect(failure(() => encodePairs(["a", "b"], [1, { c: odd }])).details.path).toBe("[1][1].c");
    expect(failure(() => encodePairs(["a", [odd]], [1, 2])).details.path).toBe("[1][0][0]");
  });

  it("may be a cycle", () => {
    const node: Record<string, unknown> = { name: "a" };
    node.children = [{ parent: node }];
    expect(failure(() => encode(node)).details).toEqual({ path: ".children[0].parent", type: "cycle" });
    expect(failure(() => encodeColumn([node])).details).toEqual({ path: "[0].children[0].parent", type: "cycle" });
    expect(failure(() => hashKey(node)).details.type).toBe("cycle");
    const map = new Map<string, unknown>();
    map.set("self", map);
    expect(failure(() => encode(map)).details.path).toBe('.get("self")');
  });

  it("may be a cycle of arrays, however wide", () => {
    const list: unknown[] = [];
    for (let i = 0; i < 300; i++) list.push(list);
    expect(failure(() => encodeColumn(list)).details.type).toBe("cycle");
    const pair: unknown[] = [];
    pair.push(pair, pair);
    expect(failure(() => encodeColumn([pair])).details.type).toBe("cycle");
    const record: Record<string, unknown> = {};
    for (let i = 0; i < 20; i++) record[`field${i}`] = record;
    expect(failure(() => encodeColumn([record])).details.type).toBe("cycle");
  });

  it("may be a cycle, which is left at once", () => {
    let reads = 0;
    const node = {
      get payload() {
        reads++;
        return "large";
      },
      self: {},
    };
    node.self = node;
    failure(() => encode(node));
    // Once to write it, once to find out where it is.
    expect(reads).toBe(2);
  });

  it("is not one that merely occurs twice", () => {
    const shared = { a: 1 };
    expect(() => encode([shared, shared, { shared }])).not.toThrow();
    expect(failure(() => encode([shared, shared, Symbol("s")])).details.path).toBe("[2]");
  });

  it("may be nested too deep", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 501; i++) deep = [deep];
    expect(failure(() => encode(deep)).details.type).toBe("deep");
    expect(failure(() => encode(deep)).message).toMatch(/more than 500 levels/);
  });

  it("may be a user's class that is named like a built-in one", () => {
    for (const name of ["Object", "Array", "Map", "Date", "Float64Array"]) {
      const Impostor = class {
        readonly [Symbol.toStringTag] = name;
      };
      Object.defineProperty(Impostor, "name", { value: name });
      expect(failure(() => encode([new Impostor()])).details).toEqual({ path: "[0]", type: name });
    }
  });

  it("may be gone when it is looked for", () => {
    let reads = 0;
    const fickle = {
      get once() {
        return reads++ === 0 ? Symbol("s") : 1;
      },
    };
    expect(failure(() => encode(fickle)).details).toEqual({ path: "?", type: "symbol" });
  });

  it("leaves the codec fit for the next value", () => {
    failure(() => encode([[[() => 1]]]));
    failure(() => new KeyMap().set([() => 1], 1));
    expect(Buffer.from(encode(["a"])).toString("hex")).toBe("d501a18161");
  });
});
