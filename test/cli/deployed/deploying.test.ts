import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { cdkArguments } from "../../../cli/deployed/cdk.js";
import { CDK_PACKAGES, CDK_PROGRAM, requirePackages, SDK_PACKAGES } from "../../../cli/deployed/packages.js";
import { patienceMillis, withPatience } from "../../../cli/deployed/patience.js";
import { settingsIn, withSettings } from "../../../cli/deployed/settings.js";
import { wantedBy } from "../../../cli/deployed/target.js";
import { waitFor } from "../../../cli/deployed/wait.js";
import { describeError } from "../../../cli/report-error.js";
import { quoted } from "../../../cli/shell-word.js";
import packageJson from "../../../package.json" with { type: "json" };
import { stackNameOf } from "../../../shared/aws/stack-names.js";
import { DeploymentError } from "../../../shared/errors/index.js";
import type { Clock } from "../../../shared/ports/index.js";

function parsed(command: Command, ...args: string[]): Record<string, unknown> {
  return command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parse(args, { from: "user" })
    .opts();
}

describe("settings of a deployment", () => {
  it("become context by their names, those that were given", () => {
    const options = parsed(
      withSettings(new Command()),
      "--shards",
      "2",
      "--slots",
      "0",
      "--scheduler-memory",
      "512",
      "--wake-up",
      "--removal",
      "destroy",
    );
    expect(settingsIn({ ...options, stack: "s" })).toEqual({
      shards: "2",
      slots: "0",
      schedulerMemory: "512",
      wakeUp: "true",
      removal: "destroy",
    });
  });

  it("are those that the stack knows", () => {
    const source = readFileSync(join(__dirname, "../../../infra/app.ts"), "utf8");
    const known = /const SETTINGS = \{(.*?)\n\}/s.exec(source)?.[1] ?? "";
    const names = [...known.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
    const given = withSettings(new Command()).options.map((option) => option.attributeName());
    expect(given.sort()).toEqual(names.sort());
  });

  it.each([
    ["--shards", "0"],
    ["--slots", "-1"],
    ["--removal", "maybe"],
    ["--memory", "1.5"],
  ])("refuses %s %s", (...args) => {
    expect(() => parsed(withSettings(new Command()), ...args)).toThrow();
  });
});

describe("the CDK's command line", () => {
  it("is given our app, a directory of its own and the context", () => {
    expect(cdkArguments("deploy", "node main.js synth", "/out", { app: "a.ts", stack: "s" })).toEqual([
      ...["deploy", "--app", "node main.js synth", "--output", "/out", "--no-version-reporting"],
      ...["-c", "app=a.ts", "-c", "stack=s"],
    ]);
  });

  it.each([
    ["/usr/bin/node", false, "/usr/bin/node"],
    ["/my tools/node", false, "'/my tools/node'"],
    ["/it's/$HOME", false, "'/it'\\''s/$HOME'"],
    ["C:\\node.exe", true, "C:\\node.exe"],
    ["C:\\Program Files\\node.exe", true, '"C:\\Program Files\\node.exe"'],
  ])("has %s for the shell", (word, isWindows, text) => {
    expect(quoted(word, isWindows)).toBe(text);
  });
});

describe("stackNameOf", () => {
  it("is a name that CloudFormation takes", () => {
    expect(stackNameOf("word_count-2")).toBe("sluice-word-count-2");
  });
});

describe("wantedBy", () => {
  it("is what the program says, unless options do", () => {
    expect(wantedBy({})).toEqual({});
    expect(wantedBy({}, "word_count")).toEqual({ stack: "sluice-word-count", application: "word_count" });
    expect(wantedBy({ stack: "mine" }, "words")).toEqual({ stack: "mine", application: "words" });
    expect(wantedBy({ application: "a" })).toEqual({ application: "a" });
  });
});

describe("patience", () => {
  it("is a time, or none", () => {
    const of = (...args: string[]) => patienceMillis(parsed(withPatience(new Command(), "2m"), ...args) as never);
    expect(of()).toBe(120_000);
    expect(of("--timeout", "30s")).toBe(30_000);
    expect(of("--no-wait")).toBe(0);
  });
});

describe("waitFor", () => {
  /** Time passes by sleeping only. */
  function clockFrom(): Clock {
    let now = 0;
    return { now: () => now, monotonic: () => now, sleep: async (ms) => void (now += ms) };
  }

  it("looks until it is so, and says what changes", async () => {
    const seen = ["a", "a", "b", "c"];
    const said: string[] = [];
    const outcome = await waitFor({
      clock: clockFrom(),
      timeoutMillis: 60_000,
      look: async () => seen.shift() ?? "",
      isDone: (what) => what === "c",
      describe: (what) => what,
      say: (line) => void said.push(line),
    });
    expect(outcome).toEqual({ done: true, seen: "c" });
    expect(said).toEqual(["a", "b"]);
  });

  it("ends after its time, with what it saw last", async () => {
    let looks = 0;
    const outcome = await waitFor({
      clock: clockFrom(),
      timeoutMillis: 5000,
      look: async () => ++looks,
      isDone: () => false,
      describe: () => "",
      say: () => {},
    });
    expect(outcome).toEqual({ done: false, seen: 6 });
  });
});

describe("requirePackages", () => {
  it("is content with what is there", () => {
    expect(() => requirePackages("sluice status", SDK_PACKAGES)).not.toThrow();
    expect(() => requirePackages("sluice deploy", [...CDK_PACKAGES, CDK_PROGRAM])).not.toThrow();
  });

  it("names the command that installs what is not, in versions that fit", () => {
    const range = packageJson.peerDependencies.constructs;
    const check = (): void => requirePackages("sluice deploy", [...CDK_PACKAGES], (name) => name !== "constructs");
    expect(check).toThrow(
      new DeploymentError(`\`sluice deploy\` needs a package that is not installed: npm install 'constructs@${range}'`),
    );
    expect(() => requirePackages("x", ["a", "b"], () => false)).toThrow(
      "packages that are not installed: npm install a b",
    );
  });

  it("knows packages of ours alone", () => {
    const ours = {
      ...packageJson.optionalDependencies,
      ...packageJson.peerDependencies,
      ...packageJson.devDependencies,
    };
    expect([...SDK_PACKAGES, ...CDK_PACKAGES, CDK_PROGRAM].filter((name) => !(name in ours))).toEqual([]);
  });
});

describe("errors of services", () => {
  const failure = (name: string, message: string, more: object = { $metadata: {} }): Error =>
    Object.assign(new Error(message), { name, stack: `${name}: ${message}\n    at node:internal/net:1:1`, ...more });

  it.each([
    [failure("CredentialsProviderError", "Could not load credentials from any providers", {}), /AWS_PROFILE/],
    [failure("Error", "Region is missing", {}), /--region/],
    [failure("Error", "connect ECONNREFUSED 127.0.0.1:1", { $metadata: {}, code: "ECONNREFUSED" }), /Nothing answers/],
    [failure("AccessDeniedException", "not for you"), /docs\/permissions\.md/],
    [failure("ExpiredTokenException", "too old"), /Sign in again/],
  ])("are told without stack, with what to do: %s", (error, advice) => {
    const { lines, exitCode } = describeError(error);
    expect(lines).toEqual([`sluice: ${error.name}: ${error.message}`, expect.stringMatching(advice)]);
    expect(exitCode).toBe(1);
  });

  it("without advice where there is none", () => {
    expect(describeError(failure("InternalFailure", "boom")).lines).toEqual(["sluice: InternalFailure: boom"]);
  });

  it("leave the program's own errors alone", () => {
    expect(describeError(failure("Error", "connect ECONNREFUSED", {})).lines.join("\n")).not.toContain(
      "Nothing answers",
    );
  });

  it("and deployments that are not as they should be have a message and no more", () => {
    const error = new DeploymentError("There is no stack a.");
    error.stack = "DeploymentError: x\n    at parseAsync (/home/me/node_modules/commander/lib/command.js:1:1)";
    expect(describeError(error)).toEqual({ lines: ["sluice: There is no stack a."], exitCode: 1 });
  });
});
