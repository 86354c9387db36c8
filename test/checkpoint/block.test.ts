import fc from "fast-check";
import {
  encodeHeaderBlock,
  encodeRecordBlock,
  type RecordBlockHeader,
  readBlockHeader,
  sliceRecords,
} from "../../shared/checkpoint/index.js";
import { CorruptDataError } from "../../shared/index.js";
import type { StreamRecord } from "../../shared/ports/index.js";

const record = (data: Uint8Array): StreamRecord => ({ sequenceNumber: "1", arrivalTime: 0, partitionKey: "k", data });
const header = (records: number): RecordBlockHeader => ({
  records,
  position: { next: { type: "trim-horizon" }, parents: [], upTo: 0 },
  children: {},
  millisBehindLatest: 0,
});

describe("a block", () => {
  it("gives back its header, and any run of its records", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 }),
        fc.nat(12),
        fc.nat(12),
        (datas, a, b) => {
          const block = encodeRecordBlock(header(datas.length), datas.map(record));
          const { header: read, payload } = readBlockHeader<RecordBlockHeader>(block);
          expect(read).toEqual(header(datas.length));
          const [from, to] = [Math.min(a, b, datas.length), Math.min(Math.max(a, b), datas.length)];
          const slice = sliceRecords(block.subarray(payload), datas.length, from, to);
          expect(slice.count).toBe(to - from);
          const records = Array.from({ length: slice.count }, (_, i) =>
            Uint8Array.from(slice.bytes.subarray(i === 0 ? 0 : slice.end(i - 1), slice.end(i))),
          );
          expect(records).toEqual(datas.slice(from, to).map((data) => Uint8Array.from(data)));
          expect(slice.bytes.byteLength).toBe(records.reduce((n, { byteLength }) => n + byteLength, 0));
        },
      ),
    );
  });

  it("may be of a header alone", () => {
    expect(readBlockHeader(encodeHeaderBlock({ a: [1, null] })).header).toEqual({ a: [1, null] });
  });

  it("is refused when it is cut off", () => {
    const block = encodeHeaderBlock({ a: "text" });
    for (let length = 0; length < block.byteLength; length++) {
      expect(() => readBlockHeader(block.subarray(0, length))).toThrow(CorruptDataError);
    }
  });
});
