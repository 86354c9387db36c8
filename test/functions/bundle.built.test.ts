/** What is uploaded to Lambda: whole, small, and the same wherever it is made. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleProgram } from "../../infra/bundle.js";
import { IllegalArgumentError } from "../../shared/errors/index.js";

const EXAMPLE = join(__dirname, "..", "..", "examples", "kinesis-word-count.ts");

/** A cold start reads and parses all of it, on a fraction of a core: about 100 ms for a megabyte. Bytes. */
const MOST_BYTES = 1_500_000;

/** Far more than it takes, for machines under load. */
const MOST_INIT_MILLIS = 5_000;

let scratch: string;
beforeAll(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), "sluice-bundle-")));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A directory with a program in it, and nothing else. */
function programIn(name: string, source: string): string {
  const directory = join(scratch, name);
  mkdirSync(join(directory, "node_modules"), { recursive: true });
  const file = join(directory, "app.ts");
  writeFileSync(file, source);
  return file;
}

/** Runs a module beside a copy of the bundle, where there are no packages. */
function runBeside(bundle: string, script: string, env: NodeJS.ProcessEnv = {}): string {
  const directory = mkdtempSync(join(scratch, "function-"));
  cpSync(bundle, directory, { recursive: true });
  writeFileSync(join(directory, "script.mjs"), script);
  const environment = { PATH: process.env.PATH, ...env };
  return execFileSync(process.execPath, ["script.mjs"], { cwd: directory, env: environment, encoding: "utf8" });
}

describe("the bundle of a program", () => {
  it("exports both handlers and needs no packages", () => {
    const { directory, bytes, codeVersion } = bundleProgram(EXAMPLE);
    const script = `
      const begun = performance.now();
      const handlers = await import("./index.mjs");
      const millis = Math.round(performance.now() - begun);
      console.log(JSON.stringify({ exports: Object.keys(handlers).sort(), types: Object.values(handlers).map((h) => typeof h), millis }));`;
    const { exports, types, millis } = JSON.parse(runBeside(directory, script));
    process.stdout.write(`bundle ${codeVersion}: ${bytes} bytes, loaded in ${millis} ms\n`);
    expect(exports).toEqual(["executor", "scheduler"]);
    expect(types).toEqual(["function", "function"]);
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(millis).toBeLessThan(MOST_INIT_MILLIS);
  });

  it("says which variable is missing when a function is called", () => {
    const { directory } = bundleProgram(EXAMPLE);
    const script = `
      const { scheduler, executor } = await import("./index.mjs");
      const context = { awsRequestId: "r", getRemainingTimeInMillis: () => 1000 };
      for (const handler of [scheduler, executor]) {
        const error = await handler({}, context).catch((error) => error);
        console.log(error.name, error.code, error.details.variable);
      }`;
    const env = { SLUICE_APP: "kinesis-word-count", SLUICE_BUCKET: "bucket" };
    const line = "IllegalArgumentError SLUICE_ILLEGAL_ARGUMENT SLUICE_TABLE\n";
    expect(runBeside(directory, script, env)).toBe(line + line);
  });

  it("is made of code and maps that anybody may read", () => {
    const { directory } = bundleProgram(EXAMPLE);
    const names = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    expect(names).toContain("index.mjs");
    expect(names).toContain("index.mjs.map");
    expect(names.filter((name) => !/\.mjs(\.map)?$/.test(name))).toEqual(["code-version"]);
    expect(readFileSync(join(directory, "index.mjs"), "utf8")).toContain("sourceMappingURL=index.mjs.map");
  });

  it("has the same version wherever the program lies, and another when it is changed", () => {
    const source = readFileSync(EXAMPLE, "utf8");
    const here = bundleProgram(programIn("here", source));
    const there = bundleProgram(programIn("some/where/else", source));
    expect(there.codeVersion).toBe(here.codeVersion);
    expect(there.directory).not.toBe(here.directory);
    const changed = bundleProgram(programIn("changed", source.replace("split(/\\s+/)", 'split(" ")')));
    expect(changed.codeVersion).not.toBe(here.codeVersion);
    expect(existsSync(join(here.directory, "index.mjs"))).toBe(true);
  });

  it("shares the classes of the package with the program", () => {
    const file = programIn(
      "classes",
      `import { seconds, streamingApp, IllegalArgumentError } from "sluice";
       export default streamingApp("classes", { batchDuration: seconds(1) }, () => {
         throw new IllegalArgumentError("from the program");
       });`,
    );
    const script = `
      const { executor } = await import("./index.mjs");
      const error = await executor({}, { getRemainingTimeInMillis: () => 1000 }).catch((error) => error);
      console.log(error.name, error.message);`;
    const env = {
      SLUICE_APP: "classes",
      SLUICE_BUCKET: "b",
      SLUICE_TABLE: "t",
      SLUICE_CODE_VERSION: "v",
      AWS_REGION: "us-east-1",
    };
    expect(runBeside(bundleProgram(file).directory, script, env)).toBe("IllegalArgumentError from the program\n");
  });

  it("is not made of what does not build, or is not there", () => {
    expect(() => bundleProgram(programIn("broken", "export default 1 +;"))).toThrow(/app\.ts:1:18/);
    expect(() => bundleProgram(programIn("nothing", "export const app = 1;"))).toThrow(IllegalArgumentError);
    expect(() => bundleProgram(join(scratch, "missing.ts"))).toThrow(/There is no file/);
  });
});
