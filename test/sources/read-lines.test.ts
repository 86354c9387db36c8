import fc from "fast-check";
import { readLines } from "../../shared/executor/read-lines.js";
import type { FileSystem } from "../../shared/ports/index.js";

// Properties run many times, perhaps on a busy machine.
jest.setTimeout(30_000);

function fileOf(bytes: Buffer): { readonly files: FileSystem; readonly reads: () => number } {
  let reads = 0;
  const read = async (_path: string, start: number, end: number): Promise<Uint8Array> => {
    reads += 1;
    return new Uint8Array(bytes.subarray(start, end));
  };
  return { files: { read } as Partial<FileSystem> as FileSystem, reads: () => reads };
}

/** The lines of a range, by the rule: those that start in it. */
function linesIn(bytes: Buffer, start: number, end: number): string {
  const starts = [0];
  for (let i = 0; i < bytes.length - 1; i++) if (bytes[i] === 10) starts.push(i + 1);
  const mine = starts.filter((at) => at >= start && at < end && at < bytes.length);
  return mine
    .map((at) => {
      const newline = bytes.indexOf(10, at);
      return bytes.toString("utf8", at, newline === -1 ? bytes.length : newline + 1);
    })
    .join("");
}

/** Around what is read ahead (4 KiB) and then at a time (64 KiB), and short ones. */
const length = fc.oneof(
  fc.nat(20),
  fc.integer({ min: 4_090, max: 4_102 }),
  fc.integer({ min: 69_625, max: 69_640 }),
  fc.nat(150_000),
);
const line = fc.tuple(length, fc.constantFrom("a", "é", "😀")).map(([n, unit]) => unit.repeat(n));
const text = fc
  .tuple(fc.array(line, { maxLength: 6 }), fc.boolean())
  .map(([lines, open]) => lines.join("\n") + (open ? "" : "\n"));

describe("readLines", () => {
  it("gives every line to the range in which it starts", async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(), { maxLength: 5 }), async (content, cuts) => {
        const bytes = Buffer.from(content);
        const { files } = fileOf(bytes);
        const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        for (const [i, end] of edges.slice(1).entries()) {
          const start = edges[i] as number;
          // Long texts are not to be printed.
          expect((await readLines(files, "file", start, end)) === linesIn(bytes, start, end)).toBe(true);
        }
      }),
    );
  });

  it("reads once where the last line ends soon after the range", async () => {
    const { files, reads } = fileOf(Buffer.from("some words\n".repeat(10_000)));
    expect(await readLines(files, "file", 55_000, 56_001)).toBe("some words\n".repeat(91));
    expect(reads()).toBe(1);
  });
});
