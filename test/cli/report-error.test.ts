import { describeError } from "../../cli/report-error.js";
import {
  BatchFailedError,
  CheckpointError,
  IllegalArgumentError,
  OutputFailedError,
  SluiceError,
  UserCodeError,
} from "../../shared/errors/index.js";

const USER_FRAME = "    at parse (/home/me/app.ts:7:9)";
const ENGINE_FRAME = `    at push (${__dirname.replace("test/cli", "shared/rdd/map.ts")}:3:4)`;
const NODE_FRAME = "    at node:internal/process/task_queues:105:5";

function thrown(message: string, ...frames: string[]): TypeError {
  const error = new TypeError(message);
  error.stack = [`TypeError: ${message}`, ...frames].join("\n");
  return error;
}

describe("describeError", () => {
  it("tells wrong use in a sentence, without stack, and what to do", () => {
    const { lines, exitCode } = describeError(new IllegalArgumentError("99999 is not a port."));
    expect(lines).toEqual([
      "sluice: 99999 is not a port.",
      "Nothing was run. Correct this and try again; `sluice help <command>` lists all options.",
    ]);
    expect(exitCode).toBe(2);
  });

  it("knows our errors by their code: a program may have its own copy of the package", () => {
    const foreign = Object.assign(new Error("no"), { code: "SLUICE_ILLEGAL_ARGUMENT" });
    expect(describeError(foreign).exitCode).toBe(2);
  });

  it("tells of a failed batch its operator, partition, record and the user's own stack", () => {
    const origin = thrown("boom", USER_FRAME, ENGINE_FRAME, NODE_FRAME);
    const cause = new UserCodeError("The function of map-0 failed: boom", {}, origin);
    const details = { operator: "map-0", partition: 1, record: '"x"', batchTime: 1000 };
    const { lines, exitCode } = describeError(new BatchFailedError("Batch 1000 ms failed: boom", details, cause));
    expect(lines).toEqual([
      "sluice: Batch 1000 ms failed: boom",
      "  operator   map-0",
      "  partition  1",
      '  record     "x"',
      "  TypeError: boom",
      "      at parse (/home/me/app.ts:7:9)",
      expect.stringMatching(/^Nothing of this batch counts\. Mend the program/),
    ]);
    expect(exitCode).toBe(1);
  });

  it("does not take a batch that failed by a bad argument for wrong use", () => {
    const cause = new IllegalArgumentError("bad");
    expect(describeError(new BatchFailedError("Batch 1000 ms failed: bad", {}, cause)).exitCode).toBe(1);
  });

  it("says of a failed output that it is still owed", () => {
    const { lines } = describeError(new OutputFailedError("Output failed.", { operator: "print-0" }, undefined));
    expect(lines.at(-1)).toMatch(/the output is sent first/);
  });

  it("leaves other errors of ours to their message", () => {
    const error = new CheckpointError("The checkpoint is in use by process 7.");
    error.stack = ENGINE_FRAME;
    const { lines, exitCode } = describeError(error);
    expect(lines).toEqual(["sluice: The checkpoint is in use by process 7."]);
    expect(exitCode).toBe(1);
  });

  it("shows where the program itself threw", () => {
    const { lines, exitCode } = describeError(thrown("x is not a function", USER_FRAME, NODE_FRAME));
    expect(lines).toEqual(["sluice: TypeError: x is not a function", "      at parse (/home/me/app.ts:7:9)"]);
    expect(exitCode).toBe(1);
  });

  it("shows the whole stack of what nobody foresaw", () => {
    const { lines } = describeError(thrown("bug", ENGINE_FRAME));
    expect(lines.join("\n")).toContain(ENGINE_FRAME);
  });

  it.each([["text"], [undefined], [null], [{ a: 1 }]])("survives %j", (value) => {
    expect(describeError(value)).toEqual({ lines: [`sluice: the program threw ${String(value)}`], exitCode: 1 });
  });

  it("survives errors that are their own cause", () => {
    const error = new SluiceError("SLUICE_X", "round");
    Object.assign(error, { cause: error });
    expect(describeError(error).exitCode).toBe(1);
  });
});
