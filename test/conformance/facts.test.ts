/** No silent gaps: every fact is in a test or on the page of differences, and so is every public method. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DStream, MapWithStateDStream, RDD, State, StateSpec, StreamingContext } from "../../shared/index.js";
import { sourcesUnder } from "../support/sources-under.js";
import { readTable } from "./tables.js";

const root = join(__dirname, "..", "..");
const page = readFileSync(join(root, "docs", "differences-from-spark.md"), "utf8");
const ids = readTable<{ readonly id: string }>("facts.json").map(({ id }) => id);

/** Facts that tests are about whose titles do not name them: the file, and a title in it. */
const ELSEWHERE: Readonly<Record<string, readonly [file: string, title: string]>> = {
  "state.new": ["windows/map-with-state.test.ts", "is empty when it is new"],
  "state.wrapValue": ["windows/map-with-state.test.ts", "wraps a value"],
  "state.update": ["windows/map-with-state.test.ts", "can be updated and then removed, once"],
  "state.updateFromEmpty": ["windows/map-with-state.test.ts", "can be updated and then removed, once"],
  "state.remove": ["windows/map-with-state.test.ts", "can be updated and then removed, once"],
  "state.timingOut": ["windows/map-with-state.test.ts", "cannot be changed while it times out"],
  "mapWithState.touchesOnlyDataKeys": [
    "windows/map-with-state.test.ts",
    "calls the function for keys with records only",
  ],
  "mapWithState.removeMissing": ["windows/map-with-state.test.ts", "can be removed where there is none"],
  "checkpoint.stateCheckpointFiles": [
    "windows/retention.test.ts",
    "keeps storage and manifests as small after 200 batches",
  ],
  "blocks.cleanup": ["windows/retention.test.ts", "keeps storage and manifests as small after 200 batches"],
  "recovery.multipleFailures.map": ["chaos/local-arena.ts", "loses nothing and counts nothing twice"],
  "recovery.multipleFailures.state": ["chaos/local-arena.ts", "loses nothing and counts nothing twice"],
  "ui.formatDuration": ["time/time.test.ts", "ui.formatDuration: %d ms reads %s"],
  "kinesis.stringCompare": ["streamlog/streamlog.test.ts", "compare as numbers"],
};

/** The ids that titles name in parentheses, after the word "fact" or "facts". */
function namedFacts(source: string): readonly string[] {
  return [...source.matchAll(/\(facts? ([\w., ]+)\)/g)].flatMap(([, names = ""]) => names.split(/, */));
}

const tests = sourcesUnder(join(root, "test")).filter((file) => file.endsWith(".test.ts"));
const named = new Set(tests.flatMap((file) => namedFacts(readFileSync(file, "utf8"))));

/** The part of the page under a heading. */
function section(heading: string): string {
  const start = page.indexOf(`\n## ${heading}\n`);
  expect(start).toBeGreaterThan(0);
  const end = page.indexOf("\n## ", start + 1);
  return page.slice(start, end === -1 ? undefined : end);
}

/** What the first column of its tables has in backquotes. */
function firstColumn(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

describe("facts.json", () => {
  const excused = firstColumn(section("Rows that do not apply"));

  it("has each row in a test, or on the page with the reason why not", () => {
    const covered = new Set([...named, ...Object.keys(ELSEWHERE), ...excused]);
    expect(ids.filter((id) => !covered.has(id))).toEqual([]);
  });

  it("has no row that is excused and tested", () => {
    const tested = new Set([...named, ...Object.keys(ELSEWHERE)]);
    expect(excused.filter((id) => tested.has(id))).toEqual([]);
  });

  it("has every row that tests and page speak of", () => {
    const known = new Set(ids);
    expect([...named, ...Object.keys(ELSEWHERE), ...excused].filter((id) => !known.has(id))).toEqual([]);
  });

  it.each(Object.entries(ELSEWHERE))("%s is where it is said to be", (_, [file, title]) => {
    expect(readFileSync(join(root, "test", file), "utf8")).toContain(title);
  });
});

describe("the page of differences", () => {
  const words = new Set(
    [...section("Every method").matchAll(/`([^`]+)`/g)].flatMap(([, code = ""]) => code.match(/\w+/g)),
  );

  /** Members that are for this package alone. */
  const INTERNAL = [
    "constructor",
    "graph",
    "builder",
    "listeners",
    "sliceOf",
    "node",
    "isUpdated",
    "isRemoved",
    "wrap",
    "settings",
  ];

  const methodsOf = (type: { readonly prototype: object }): readonly string[] => [
    ...Object.getOwnPropertyNames(type),
    ...Object.getOwnPropertyNames(type.prototype),
  ];

  it.each([
    ["StreamingContext", StreamingContext],
    ["DStream", DStream],
    ["MapWithStateDStream", MapWithStateDStream],
    ["RDD", RDD],
    ["StateSpec", StateSpec],
    ["State", State],
  ] as const)("has every method of %s", (_, type) => {
    const ignored = new Set([...INTERNAL, "length", "name", "prototype"]);
    expect(methodsOf(type).filter((name) => !ignored.has(name) && !words.has(name))).toEqual([]);
  });

  it("says of everything whether it is there", () => {
    const rows = section("Every method")
      .split("\n### Settings")[0]
      ?.split("\n")
      .filter((line) => line.startsWith("| `") || line.startsWith("| ("));
    const statuses = (rows ?? []).map((line) => line.split(/(?<!\\)\|/)[3]?.trim());
    expect(statuses.length).toBeGreaterThan(90);
    expect(statuses.filter((status) => !["yes", "differs", "not yet", "no"].includes(status ?? ""))).toEqual([]);
  });
});
