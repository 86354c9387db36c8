import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { decode, decodeColumn, encode, encodeColumn, keyBytes } from "../../shared/codec/index.js";

const page = readFileSync(join(__dirname, "../../docs/format.md"), "utf8");

/** The rows under `| heading | bytes |`: JavaScript, and hexadecimal digits. */
function examples(heading: string): [source: string, hex: string][] {
  const [, table = ""] =
    new RegExp(`^\\| *${heading} *\\| *bytes *\\|\\n\\|[-| ]+\\|\\n((?:\\|.*\\n)*)`, "m").exec(page) ?? [];
  return [...table.matchAll(/^\| *`(.+)` *\| *`([0-9a-f]+)` *\|$/gm)].map(([, source = "", hex = ""]) => [source, hex]);
}

function evaluate(source: string): unknown {
  return runInThisContext(`(${source})`);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** What is stored once must be read for ever: these bytes may be added to, not changed. */
describe("docs/format.md", () => {
  it("has its examples", () => {
    expect([examples("value").length, examples("column").length, examples("key").length]).toEqual([17, 12, 9]);
  });

  it.each(examples("value"))("says how the value %s is written", (source, bytes) => {
    expect(hex(encode(evaluate(source)))).toBe(bytes);
    expect(hex(encode(decode(Buffer.from(bytes, "hex"))))).toBe(bytes);
  });

  it.each(examples("column"))("says how the column %s is written", (source, bytes) => {
    expect(hex(encodeColumn(evaluate(source) as unknown[]))).toBe(bytes);
    expect(hex(encodeColumn(decodeColumn(Buffer.from(bytes, "hex"))))).toBe(bytes);
  });

  it.each(examples("key"))("says what the bytes of key %s are", (source, bytes) => {
    expect(hex(keyBytes(evaluate(source)))).toBe(bytes);
  });
});
