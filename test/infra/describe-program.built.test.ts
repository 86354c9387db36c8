import { join } from "node:path";
import { describeProgram } from "../../infra/index.js";
import { describeApp, EXAMPLES, example } from "./synthesise.js";

const examples = join(__dirname, "..", "..", "examples");

describe("describeProgram", () => {
  it.each(EXAMPLES)("says of %s what its graph says", (name) => {
    // What the examples find in the environment of this test they find in their own.
    expect(describeProgram(join(examples, `${name}.ts`))).toEqual(describeApp(example(name)));
  });

  it("lets the program see the environment of the deployment", () => {
    const { inputs } = describeProgram(join(examples, "log-errors.ts"), { SLUICE_LOGS: "s3://logs/raw" });
    expect(inputs).toEqual([{ uid: "textFileStream-0", type: "files", directory: "s3://logs/raw" }]);
  });

  it("says what is wrong with a program", () => {
    expect(() => describeProgram("no.ts")).toThrow(/^no\.ts cannot be deployed: .*There is no file no\.ts/s);
  });
});
