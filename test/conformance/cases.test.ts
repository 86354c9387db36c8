import { type Case, operationsOf, unknownFields } from "./case.js";
import { isContextCase, runContextCase } from "./context.js";
import { PENDING_OPERATIONS } from "./pending.js";
import { KNOWN_OPERATIONS } from "./pipeline.js";
import { runCase } from "./run-case.js";
import { readTable } from "./tables.js";
import { hasOperation } from "./untyped-api.js";

const cases = readTable<Case>("cases.json");

/** Real seconds: cases about the context's life run on the clock. */
const TIMEOUT_MS = 30_000;

describe("cases.json", () => {
  it("has no field that is not understood", () => {
    expect(cases.map((row) => [row.id, ...unknownFields(row)]).filter((fields) => fields.length > 1)).toEqual([]);
  });

  it("has no operation that is not understood", () => {
    const known = new Set([...KNOWN_OPERATIONS, ...Object.keys(PENDING_OPERATIONS)]);
    expect(cases.flatMap((row) => [...operationsOf(row)]).filter((operation) => !known.has(operation))).toEqual([]);
  });

  it("names each case once", () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  for (const row of cases) {
    const pending = [...operationsOf(row)].find((operation) => operation in PENDING_OPERATIONS);
    const title = `${row.id}: ${row.description}`;
    const run = () => (isContextCase(row) ? runContextCase(row) : runCase(row));
    if (pending) it.skip(`${title} (${PENDING_OPERATIONS[pending]})`, run);
    else it(title, run, TIMEOUT_MS);
  }
});

describe("pending operations", () => {
  const pending = Object.keys(PENDING_OPERATIONS);

  it("are still missing", () => {
    expect(pending.filter(hasOperation)).toEqual([]);
  });

  it("each keep a case from running", () => {
    expect(pending.filter((operation) => !cases.some((row) => operationsOf(row).has(operation)))).toEqual([]);
  });
});
