import { IllegalArgumentError } from "../../shared/errors/index.js";
import { formatDuration, milliseconds } from "../../shared/time/index.js";
import { readTable } from "../conformance/tables.js";
import { type Argument, plain, TIME_OPERATIONS } from "./time-operations.js";

interface Row {
  readonly id: string;
  readonly type: string;
  readonly op: string;
  readonly args: readonly Argument[];
  readonly expected: unknown;
}

interface Fact {
  readonly id: string;
  readonly table?: readonly (readonly [number, string])[];
}

const rows = readTable<Row>("time.json");
const facts = readTable<Fact>("facts.json");

const throws = (expected: unknown) => typeof expected === "string" && expected.startsWith("throws");

describe("time.json", () => {
  it.each(rows)("$id: $type.$op of $args is $expected", ({ type, op, args, expected }) => {
    const operation = TIME_OPERATIONS[type]?.[op];
    if (!operation) throw new Error(`${type}.${op} is not in TIME_OPERATIONS: add it there, with a test of its own.`);
    const run = () => plain(operation(...(args as never[])));
    if (throws(expected)) expect(run).toThrow(IllegalArgumentError);
    else expect(run()).toEqual(expected);
  });
});

describe("facts.json", () => {
  const fact = facts.find(({ id }) => id === "ui.formatDuration");

  it.each(fact?.table ?? [])("ui.formatDuration: %d ms reads %s", (ms, text) => {
    expect(formatDuration(milliseconds(ms))).toBe(text);
  });
});
