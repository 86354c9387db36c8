import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rddsGiven, streamsGiven } from "../support/docstring-givens.js";
import { type Documented, type Example, examplesIn, exportsOf, membersOf } from "../support/docstrings.js";
import { typeErrorsOf } from "../support/type-errors.js";

const _root = join(__dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "sluice-docstrings-"));
afterAll(() => rmSync(folder, { recursive: true }));

const inTestKit = exportsOf("shared/testing/index.ts");
const symbols = [...exportsOf("shared/index.ts"), ...inTestKit];

const classes = [
  "DStream",
  "RDD",
  "StreamingContext",
  "StaticContext",
  "MapWithStateDStream",
  "StaticRDD",
  "Receiver",
  "State",
  "StateSpec",
  "Duration",
  "Time",
  "Interval",
  "Broadcast",
  "Accumulator",
  "NumberAccumulator",
];
const members = new Map(classes.map((name) => [name, membersOf(symbolOf(name))]));
const everything = [...symbols, ...[...members.values()].flat()];

describe("public symbols", () => {
  it("are found", () => {
    expect(symbols.length).toBeGreaterThan(70);
    expect(members.get("RDD")?.map(({ name }) => name)).toEqual(expect.arrayContaining(["RDD.map", "RDD.collect"]));
    expect(members.get("DStream")?.map(({ name }) => name)).not.toContain("DStream.node");
    expect([...members].filter(([, own]) => own.length === 0)).toEqual([]);
  });

  it("have a docstring each", () => {
    expect(everything.filter(({ docs }) => docs.length === 0).map(({ name }) => name)).toEqual([]);
  });

  it.each(["DStream", "RDD", "StreamingContext", "MapWithStateDStream"])("show every operation of %s", (name) => {
    const silent = (members.get(name) ?? []).filter(({ examples }) => examples.length === 0);
    expect(silent.map((own) => own.name)).toEqual([]);
  });
});

describe("examples of docstrings", () => {
  it("compile", () => {
    const files = everything.flatMap(({ examples }) => examples).map(written);
    expect(files.length).toBeGreaterThan(150);
    expect(typeErrorsOf(folder, files)).toBe("");
  });

  it("would be caught if they did not", () => {
    const wrong = written({ file: "shared/wrong.ts", line: 1, code: "const n: number = lines.count();" });
    expect(typeErrorsOf(folder, [wrong])).toMatch(/wrong.*TS2322/);
  });

  it("end where the next tag begins", () => {
    const doc = "/**\n   * Says.\n   * @example\n   * one();\n   *\n   *   two();\n   * @throws never\n   */";
    expect(examplesIn(doc, "a.ts", 10)).toEqual([{ file: "a.ts", line: 13, code: "one();\n\n  two();" }]);
  });
});

function symbolOf(name: string): Documented {
  const found = symbols.find((symbol) => symbol.name === name);
  if (found === undefined) throw new Error(`${name} is not public`);
  return found;
}

/** The example as a file that imports what is public and used; its name tells where it comes from. */
function written({ file, line, code }: Example): string {
  const path = join(folder, `${file.replace(/\.ts$/, "").replaceAll("/", "-")}-line-${line}.ts`);
  const given = file === "shared/rdd/rdd.ts" ? rddsGiven : streamsGiven;
  // A block, in which an example can name its own what is given elsewhere; exports stand outside of blocks.
  const body = /^export /m.test(code) ? code : `{\n${code}\n}`;
  writeFileSync(path, `${importsFor(given + code)}\n${given}\n${body}\nexport {};\n`);
  return path;
}

function importsFor(code: string): string {
  const used = new Set(code.match(/\w+/g));
  const names = symbols.filter(({ name }) => used.has(name));
  const list = (from: readonly Documented[]) =>
    from.map(({ name, isType }) => (isType ? `type ${name}` : name)).join(", ");
  const kit = names.filter((symbol) => inTestKit.includes(symbol));
  return [
    `import { ${list(names.filter((symbol) => !kit.includes(symbol)))} } from "sluice";`,
    kit.length > 0 ? `import { ${list(kit)} } from "sluice/testing";` : "",
  ].join("\n");
}
