import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { explainGraph } from "../../shared/plan/index.js";
import { isStreamingApp, StreamingContext } from "../../shared/streaming/index.js";
import { documents, type Snippet, snippetsIn, snippetsOf } from "../support/doc-snippets.js";
import { typeErrorsOf } from "../support/type-errors.js";

const root = join(__dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "sluice-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const snippets = documents()
  .flatMap(snippetsOf)
  .filter(({ language }) => language === "ts");

/** Each snippet as a file; its name tells where it comes from. */
const files = new Map(snippets.map((snippet) => [snippet, join(folder, nameOf(snippet))]));
for (const [{ code }, file] of files) writeFileSync(file, code);

describe("snippets of the documents", () => {
  it("are found", () => {
    expect(snippets.filter(({ file }) => file === "README.md").length).toBeGreaterThanOrEqual(3);
  });

  it("compile", () => {
    expect(typeErrorsOf(folder, [...files.values()])).toBe("");
  });

  it("would be caught if they did not", () => {
    const wrong = join(folder, "wrong.ts");
    writeFileSync(wrong, 'import { seconds } from "sluice";\nseconds("one");\n');
    expect(typeErrorsOf(folder, [wrong])).toMatch(/wrong\.ts.*TS2345/);
  });

  const programs = snippets.filter(({ code }) => code.includes("export default streamingApp"));
  it.each(programs.map((snippet) => [nameOf(snippet), snippet] as const))("%s builds its graph", async (_, snippet) => {
    const { default: app } = (await import(files.get(snippet) as string)) as { default: unknown };
    if (!isStreamingApp(app)) throw new Error("not an application");
    const ssc = new StreamingContext(app);
    app.build(ssc);
    expect(await explainGraph(ssc.graph)).toContain("Stage 0");
  });

  const tests = snippets.filter(({ code }) => code.includes("runBatches("));
  // A snippet that shows a test is one: loading it adds it to these.
  describe.each(tests.map((snippet) => [nameOf(snippet), snippet] as const))("%s", (_, snippet) => {
    if (!/^it\(/m.test(snippet.code)) throw new Error(`${nameOf(snippet)} runs batches and asserts nothing`);
    require(files.get(snippet) as string);
  });
});

describe("links of the documents", () => {
  it.each(documents())("lead somewhere in %s", (file) => {
    const links = [...readFileSync(join(root, file), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)];
    const targets = links.map(([, target]) => join(dirname(file), `${target}`));
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });
});

describe("snippetsIn", () => {
  it("takes fenced blocks with their language and line", () => {
    expect(snippetsIn("a.md", "# A\n\n```ts\nlet a;\n\nlet b;\n```\n\n```\nplain\n```\n")).toEqual([
      { file: "a.md", line: 4, language: "ts", code: "let a;\n\nlet b;\n" },
      { file: "a.md", line: 10, language: "", code: "plain\n" },
    ]);
  });

  it("puts before a block what is given for it, and for no other", () => {
    const markdown = "Text.\n\n<!-- given\nlet a;\n-->\n\n```ts\na = 1;\n```\n\n```ts\nlet b;\n```\n";
    expect(snippetsIn("a.md", markdown)).toEqual([
      { file: "a.md", line: 8, language: "ts", code: "let a;\na = 1;\n" },
      { file: "a.md", line: 12, language: "ts", code: "let b;\n" },
    ]);
  });
});

function nameOf({ file, line }: Snippet): string {
  return `${file.replace(/\.md$/, "").replaceAll("/", "-")}-line-${line}.ts`;
}
