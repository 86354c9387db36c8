/**
 * Code blocks of documents, so that tests can hold documents to what they show. What a block stands on without showing it
 * goes in a comment before it, which readers do not see:
 *
 *     <!-- given
 *     import type { DStream } from "sluice";
 *     declare const counts: DStream<[string, number]>;
 *     -->
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Snippet {
  /** The document, relative to the root of the checkout. */
  readonly file: string;
  /** Line of the document in which the code begins, counted from 1. */
  readonly line: number;
  readonly language: string;
  /** What is given, and the block. */
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
  const blocks = /^(?:<!-- given\n([\s\S]*?)^-->\n+)?^```(\S*)\n([\s\S]*?)^```$/gm;
  return [...markdown.matchAll(blocks)].map(({ 0: all, 1: given = "", 2: language = "", 3: code = "", index }) => ({
    file,
    line: linesIn(markdown.slice(0, index)) + linesIn(all.slice(0, all.lastIndexOf(code))) + 1,
    language,
    code: given + code,
  }));
}

function linesIn(text: string): number {
  return text.split("\n").length - 1;
}
