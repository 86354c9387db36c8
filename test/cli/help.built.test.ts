import { readFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { killStarted, root, sluice } from "./cli-process.js";

afterEach(killStarted);

describe("sluice", () => {
  it("prints its version", async () => {
    expect(await sluice(["--version"])).toEqual({ exitCode: 0, stdout: `${packageJson.version}\n`, stderr: "" });
  });

  it.each([[["--help"]], [["help"]]])("lists its commands, examples and exit codes for %j", async (args) => {
    const { exitCode, stdout, stderr } = await sluice(args);
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    for (const part of [/^Usage: sluice <command>/m, /^ {2}run /m, /^ {2}explain /m, /^Examples:/m, /^ {2}130 /m]) {
      expect(stdout).toMatch(part);
    }
  });

  it("prints the help of a command", async () => {
    const { exitCode, stdout } = await sluice(["help", "run"]);
    expect(exitCode).toBe(0);
    for (const part of ["--master", "--checkpoint", "--batches", "--batch-duration", "Ctrl-C", "kill -9"]) {
      expect(stdout).toContain(part);
    }
  });

  it.each([
    [[], "Usage: sluice <command>"],
    [["rnu", "app.ts"], "sluice: unknown command 'rnu'\n(Did you mean run?)"],
    [["run"], "sluice: missing required argument 'program'"],
    [["run", "app.ts", "--frob"], "sluice: unknown option '--frob'"],
    [["run", "app.ts", "extra.ts"], "sluice: too many arguments for 'run'"],
    [["run", "app.ts", "--batches", "0"], "Use a whole number of at least 1."],
    [["run", "app.ts", "--batch-duration", "500"], "It has no unit: write 500ms, 500s or 500m."],
    [["explain"], "sluice: missing required argument 'program'"],
    [["deploy"], "sluice: missing required argument 'program'"],
    [["deploy", "no-such-file.ts"], "sluice: There is no file no-such-file.ts"],
    [["deploy", "app.ts", "--removal", "maybe"], "Allowed choices are retain, destroy."],
    [["deploy", "app.ts", "--slots", "few"], "Use a whole number of at least 0."],
    [["destroy"], "sluice: missing required argument 'stack'"],
    [["put"], "sluice: missing required argument 'stream'"],
    [["put", "lines", "no-such-file.txt"], "sluice: There is no file no-such-file.txt."],
    [["status", "--endpoint", "here"], "Endpoints look like http://127.0.0.1:4566."],
    [["start", "--timeout", "2"], "It has no unit: write 2ms, 2s or 2m."],
    [["receive", "test/cli/programs/not-an-app.ts"], "does not default-export a streaming application"],
  ])("refuses %j with exit code 2", async (args, message) => {
    const { exitCode, stdout, stderr } = await sluice(args);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });
});

describe("docs/cli.md", () => {
  it("has every command and option that the help lists", async () => {
    const page = readFileSync(join(root, "docs", "cli.md"), "utf8");
    const all = (await sluice(["help"])).stdout;
    const listed = all.slice(all.indexOf("Commands:"), all.indexOf("Examples:"));
    const names = [...listed.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => `${name}`);
    expect(names).toEqual(expect.arrayContaining(["run", "explain", "deploy", "status", "help"]));
    const helps: string[] = [];
    // One after the other: each is a process.
    for (const name of names.filter((name) => name !== "help")) helps.push((await sluice(["help", name])).stdout);
    const options = [...`${all}${helps.join("")}`.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => `${name}`);
    expect(options.length).toBeGreaterThan(20);
    const wanted = [...names.map((name) => `## sluice ${name}\n`), ...options];
    expect(wanted.filter((text) => !page.includes(text))).toEqual([]);
    expect(helps.filter((help) => !help.includes("xample") && !help.includes("npx cdk"))).toEqual([]);
  }, 30_000);
});
