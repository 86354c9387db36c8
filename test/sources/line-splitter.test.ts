import fc from "fast-check";
import { LineSplitter } from "../../shared/sources/line-splitter.js";

/** All lines of bytes that arrive in pieces cut at the given places, and the lengths of lines that were left out. */
function split(bytes: Uint8Array, cuts: readonly number[] = [], maxBytes = 1000) {
  const tooLong: number[] = [];
  const splitter = new LineSplitter(maxBytes, (length) => tooLong.push(length));
  const borders = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  const lines = borders.slice(1).flatMap((end, i) => splitter.push(bytes.subarray(borders[i], end)));
  return { lines: [...lines, ...splitter.end()].map((line) => Buffer.from(line).toString()), tooLong };
}

describe("LineSplitter", () => {
  it.each([
    ["lines", "a\nb\n", ["a", "b"]],
    ["a last line without newline", "a\nb", ["a", "b"]],
    ["empty lines", "\n\na\n\n", ["", "", "a", ""]],
    ["CRLF", "a\r\n\r\nb\r\n", ["a", "", "b"]],
    ["only the last carriage return", "a\r\r\nb\rc\n", ["a\r", "b\rc"]],
    ["a carriage return at the very end", "a\r", ["a"]],
    ["nothing", "", []],
  ])("cuts out %s", (_what, text, lines) => {
    expect(split(Buffer.from(text)).lines).toEqual(lines);
  });

  it("does not care where the pieces begin, be it within a character or a CRLF", () => {
    const text = fc.string({ unit: fc.constantFrom("\n", "\r\n", "a", "é", "漢", "😀", "\r") });
    fc.assert(
      fc.property(text, fc.array(fc.nat()), (sent, places) => {
        const bytes = Buffer.from(sent);
        const expected = sent.split("\n").map((line) => line.replace(/\r$/, ""));
        if (sent === "" || sent.endsWith("\n")) expected.pop();
        const cuts = places.map((place) => place % (bytes.length + 1));
        expect(split(bytes, cuts)).toEqual({ lines: expected, tooLong: [] });
      }),
    );
  });

  it.each([[[]], [[3]], [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]])(
    "leaves out what is too long, cut at %j",
    (cuts) => {
      expect(split(Buffer.from("ok\n1234567\n12345\r\n123456"), cuts, 5)).toEqual({
        lines: ["ok", "12345"],
        tooLong: [7, 6],
      });
    },
  );

  it("keeps no more than the limit of a line that does not end", () => {
    const tooLong: number[] = [];
    const splitter = new LineSplitter(1000, (length) => tooLong.push(length));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 256; i++) splitter.push(Buffer.alloc(1024 * 1024, "x"));
    // Garbage that has not been collected yet counts too, but never the 256 MB that went in.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(160 * 1024 * 1024);
    expect(splitter.end()).toEqual([]);
    expect(tooLong).toEqual([256 * 1024 * 1024]);
  });
});
