/**
 * The docstrings of the sources, read as text: what is exported, how it is documented, and which examples that shows.
 * Holds for formatted sources: a declaration begins a line, a member is indented by two spaces.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Documented {
  /** `DStream` or `DStream.map`. */
  readonly name: string;
  /** The source, relative to the root of the checkout. */
  readonly file: string;
  /** The declaration has no value. */
  readonly isType: boolean;
  /** One for each overload that has one. */
  readonly docs: readonly string[];
  readonly examples: readonly Example[];
}

export interface Example {
  readonly file: string;
  /** Line of the source in which the code begins, counted from 1. */
  readonly line: number;
  readonly code: string;
}

interface Declaration {
  readonly name: string;
  readonly isType: boolean;
  readonly doc: string;
  /** Line of the source in which the docstring begins. */
  readonly line: number;
}

const root = join(__dirname, "..", "..");
const DOC = String.raw`(?:^ *(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\n)?`;
const EXPORT = new RegExp(
  `${DOC}^export (?:abstract |async |declare )*(class|interface|type|function|const|enum) (\\w+)`,
  "gm",
);
const MEMBER = new RegExp(
  `${DOC}^ {2}(?:(?:static|abstract|override|async|readonly|get|public) )*(\\w+)[?!]?[<(:;]`,
  "gm",
);

/** What a room's `index.ts` exports, with the docstrings from where it is declared. */
export function exportsOf(index: string): readonly Documented[] {
  return namesIn(index).map((name) => exportOf(declaredIn(index, name), name));
}

/** Public methods, getters and fields of a class. */
export function membersOf({ file, name }: Documented): readonly Documented[] {
  const source = read(file);
  const begin = source.search(new RegExp(`^export (?:abstract )?class ${name}\\b`, "m"));
  const end = source.indexOf("\n}\n", begin);
  const declarations = declarationsIn(source.slice(0, end), MEMBER, begin, (match) => [match[2] as string, false]);
  return grouped(file, declarations, `${name}.`).filter(
    (member) => !member.name.endsWith(".constructor") && !member.docs.some((doc) => doc.includes("@internal")),
  );
}

/** The code of every `@example` of a docstring. */
export function examplesIn(doc: string, file: string, firstLine: number): readonly Example[] {
  const lines = doc.split("\n").map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\* ?)/, ""));
  return lines.flatMap((line, i) => {
    if (line.trim() !== "@example") return [];
    const rest = lines.slice(i + 1);
    const end = rest.findIndex((next) => next.startsWith("@"));
    return [
      {
        file,
        line: firstLine + i + 1,
        code: rest
          .slice(0, end < 0 ? undefined : end)
          .join("\n")
          .trimEnd(),
      },
    ];
  });
}

function exportOf(file: string, name: string): Documented {
  const declarations = declarationsIn(read(file), EXPORT, 0, (match) => [
    match[3] as string,
    match[2] === "interface" || match[2] === "type",
  ]);
  // A name can be a type and a value.
  const [found] = grouped(
    file,
    declarations.filter((declaration) => declaration.name === name),
    "",
  );
  if (found === undefined) throw new Error(`${file} does not declare ${name}`);
  return found;
}

function grouped(file: string, declarations: readonly Declaration[], prefix: string): readonly Documented[] {
  return [...new Set(declarations.map(({ name }) => name))].map((name) => {
    const own = declarations.filter((declaration) => declaration.name === name);
    return {
      name: prefix + name,
      file,
      isType: own.every(({ isType }) => isType),
      docs: own.map(({ doc }) => doc).filter((doc) => doc !== ""),
      examples: own.flatMap(({ doc, line }) => examplesIn(doc, file, line)),
    };
  });
}

function declarationsIn(
  source: string,
  pattern: RegExp,
  from: number,
  what: (match: RegExpMatchArray) => readonly [name: string, isType: boolean],
): readonly Declaration[] {
  return [...source.matchAll(pattern)]
    .filter(({ index }) => index >= from)
    .map((match) => {
      const [name, isType] = what(match);
      return { name, isType, doc: match[1] ?? "", line: source.slice(0, match.index).split("\n").length };
    });
}

/** Re-exported names, with or without `type`. */
function namesIn(index: string): readonly string[] {
  return reExports(index).flatMap(({ names }) => names);
}

/** Follows re-exports to the file that declares the name. */
function declaredIn(file: string, name: string): string {
  const from = reExports(file).find(({ names }) => names.includes(name))?.from;
  return from === undefined ? file : declaredIn(from, name);
}

function reExports(file: string): readonly { readonly names: readonly string[]; readonly from: string }[] {
  return [...read(file).matchAll(/^export (?:type )?\{([^}]*)\} from "(.*)";$/gm)].map(([, names = "", from = ""]) => ({
    names: names
      .split(",")
      .map((name) => name.trim().replace(/^type /, ""))
      .filter((name) => name !== ""),
    from: join(dirname(file), from.replace(/\.js$/, ".ts")),
  }));
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
