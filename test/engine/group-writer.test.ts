import fc from "fast-check";
import { decodePairs, encodeColumn, encodeGroups } from "../../shared/codec/index.js";
import { groupWriter } from "../../shared/executor/group-writer.js";
import { build, HashPartitioner, Lineage } from "../../shared/rdd/index.js";

jest.setTimeout(30_000);

/** What the map side of grouping sends, all parts together. */
function grouped(pairs: readonly (readonly [string, unknown])[]): ReadonlyMap<unknown, unknown> {
  const partitioner = new HashPartitioner(3);
  const session = { lineage: new Lineage(), label: (kind: string) => kind, defaultPartitions: 3 };
  const source = build.source(session as never, "source", []);
  const exchange = build.exchangeByKey(session as never, "groupByKey", source, partitioner);
  const writer = groupWriter(exchange, partitioner, { batchTime: 0, partition: 0 }, (bytes) => new Uint8Array(bytes));
  for (const pair of pairs) writer.push(pair);
  writer.end();
  const sent = writer.parts().flatMap((part) => (part === undefined ? [] : [decodePairs(part)]));
  return new Map(sent.flatMap(({ keys, values }) => keys.map((key, i): [unknown, unknown] => [key, values[i]])));
}

function byMap(pairs: readonly (readonly [string, unknown])[]): ReadonlyMap<unknown, unknown> {
  const groups = new Map<unknown, unknown[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}

describe("the map side of grouping", () => {
  it("keeps the values of each key in order, also when all but the last of them are the same", () => {
    const value = fc.oneof(
      { weight: 9, arbitrary: fc.constant(1) },
      fc.constantFrom(-0, 0, "1", null, true, Number.NaN),
    );
    const pair = fc.tuple(fc.constantFrom("a", "b", "c", "d"), value);
    fc.assert(fc.property(fc.array(pair), (pairs) => expect(grouped(pairs)).toEqual(byMap(pairs))));
  });

  it("keeps lists that are the same object", () => {
    const list = [1];
    const pairs = ["a", "b", "a"].map((key) => [key, list] as const);
    expect(grouped(pairs)).toEqual(byMap(pairs));
  });

  it("encodes one value so many times as an array of them", () => {
    for (const each of [1, -0, Number.NaN, "x", null, true, 5n]) {
      const lengths = Float64Array.of(2, 1);
      const repeated = encodeGroups(["a", "b"], lengths, { each, length: 3 });
      expect(repeated).toEqual(encodeGroups(["a", "b"], lengths, [each, each, each]));
      expect(repeated).toEqual(
        encodeColumn([
          ["a", [each, each]],
          ["b", [each]],
        ]),
      );
    }
  });
});
