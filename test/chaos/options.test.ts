import { parseOptions } from "./options.js";

describe("parseOptions", () => {
  it("runs five of each mode when nothing is said", () => {
    expect(parseOptions([])).toMatchObject({ modes: ["local", "emulator"], runs: 5, parallel: 2, help: false });
  });

  it("takes a seed to be of one run", () => {
    expect(parseOptions(["--mode", "local", "--seed", "7"])).toMatchObject({ modes: ["local"], runs: 1, seed: 7 });
    expect(parseOptions(["--seed", "7", "--runs", "3"])).toMatchObject({ runs: 3, seed: 7 });
  });

  it.each([
    [["--mode", "cloud"], "--mode is local, emulator, both, not cloud."],
    [["--runs", "none"], "--runs needs a whole number from 1, not none."],
    [["--runs", "0"], "--runs needs a whole number from 1, not 0."],
    [["--seed", ""], "--seed needs a whole number from 0, not ."],
    [["--parallel", "1.5"], "--parallel needs a whole number from 1, not 1.5."],
    [["--sedes", "3"], "Unknown option '--sedes'"],
    [["much"], "Unexpected argument 'much'"],
  ])("refuses %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
