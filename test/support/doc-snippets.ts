/** Code blocks of documents, so that tests can hold documents to what they show. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Snippet {
  /** The document, relative to the root of the checkout. */
  readonly file: string;
  /** Line of the document in which the code begins, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

const root = join(__dirname, "..", "..");

/** README.md and everything under docs/. */
export function documents(): readonly string[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  return ["README.md", ...docs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)].sort();
}

/** The fenced code blocks of a document. */
export function snippetsOf(file: string): readonly Snippet[] {
  return snippetsIn(file, readFileSync(join(root, file), "utf8"));
}

export function snippetsIn(file: string, markdown: string): readonly Snippet[] {
  const snippets: Snippet[] = [];
  let open: { readonly language: string; readonly line: number; readonly code: string[] } | undefined;
  markdown.split("\n").forEach((text, index) => {
    const fence = /^```(\S*)/.exec(text);
    if (open === undefined) {
      if (fence !== null) open = { language: fence[1] ?? "", line: index + 2, code: [] };
    } else if (fence !== null) {
      snippets.push({ file, line: open.line, language: open.language, code: `${open.code.join("\n")}\n` });
      open = undefined;
    } else open.code.push(text);
  });
  return snippets;
}
