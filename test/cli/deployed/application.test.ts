import { applicationText, nextSteps } from "../../../cli/deployed/after-deploy.js";
import { applicationsIn, type DeployedApplication, pickApplication } from "../../../cli/deployed/application.js";
import { dataFates, formatFates } from "../../../cli/deployed/data-fate.js";
import { knownStreams, realStream } from "../../../cli/deployed/find-stream.js";
import { DeploymentError, IllegalArgumentError } from "../../../shared/errors/index.js";

function application(name: string, stack = "sluice-x", streams: Record<string, string> = {}): DeployedApplication {
  return { stack, name, scheduler: `${name}-scheduler`, table: `${name}-table`, bucket: `${name}-bucket`, streams };
}

function outputs(prefix: string, name: string): { OutputKey: string; OutputValue: string }[] {
  const values = {
    Application: name,
    Scheduler: `${name}-scheduler`,
    Table: `${name}-table`,
    Bucket: `${name}-bucket`,
    Streams: '{"lines":"real-lines"}',
  };
  return Object.entries(values).map(([key, value]) => ({ OutputKey: `${prefix}${key}`, OutputValue: value }));
}

describe("applicationsIn", () => {
  it("reads the outputs of a construct", () => {
    expect(applicationsIn({ StackName: "s", Outputs: outputs("Application", "words") })).toEqual([
      application("words", "s", { lines: "real-lines" }),
    ]);
  });

  it("finds all the constructs of a stack, by whatever name, among outputs of others", () => {
    const Outputs = [
      ...outputs("", "a"),
      ...outputs("EdgeSessions", "b"),
      { OutputKey: "WebApplication", OutputValue: "https://example.com" },
    ];
    expect(applicationsIn({ StackName: "s", Outputs }).map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("finds none in other stacks", () => {
    expect(applicationsIn({ StackName: "s", Outputs: undefined })).toEqual([]);
  });
});

describe("pickApplication", () => {
  const [a, b] = [application("a", "one"), application("b", "two")];

  it("takes the only one", () => {
    expect(pickApplication([a], {})).toBe(a);
  });

  it("takes the one of that name", () => {
    expect(pickApplication([a, b], { application: "b" })).toBe(b);
  });

  it("asks when there are several", () => {
    expect(() => pickApplication([a, b], {})).toThrow(IllegalArgumentError);
    expect(() => pickApplication([a, b], {})).toThrow(
      "Say which one:\n  --stack one --application a\n  --stack two --application b",
    );
  });

  it("says what there is when there is none", () => {
    expect(() => pickApplication([], {})).toThrow(
      new DeploymentError("There is no application of Sluice in this account and region."),
    );
    expect(() => pickApplication([a], { stack: "one", application: "c" })).toThrow(
      'There is no application "c" in stack one. There is:\n  --stack one --application a',
    );
  });
});

describe("realStream", () => {
  const a = application("a", "one", { lines: "one-lines" });
  const b = application("b", "two", { lines: "two-lines", clicks: "two-clicks" });

  it("resolves a name of a program, and leaves others alone", () => {
    expect(realStream("clicks", [a, b])).toBe("two-clicks");
    expect(realStream("prod-clicks", [a, b])).toBe("prod-clicks");
    expect(realStream("toString", [a, b])).toBe("toString");
  });

  it("asks when several programs have such a stream", () => {
    expect(() => realStream("lines", [a, b])).toThrow(/--stack one --application a\n {2}--stack two/);
  });

  it("lists what could have been meant", () => {
    expect(knownStreams([b])).toBe(" Streams of deployed applications: lines (b), clicks (b).");
    expect(knownStreams([])).toBe("");
  });
});

describe("dataFates", () => {
  it("keeps what is retained and what is not of the stack, and removes the rest", () => {
    const template = { Resources: { T: { DeletionPolicy: "Retain" }, B: { DeletionPolicy: "Delete" }, S: {} } };
    const ids = new Map([
      ["a-table", "T"],
      ["a-bucket", "B"],
      ["real-new", "S"],
    ]);
    const one = application("a", "s", { new: "real-new", old: "real-old" });
    const fates = dataFates(one, template, ids);
    expect(fates.map(({ what, removed }) => [what, removed])).toEqual([
      ["table", false],
      ["bucket", true],
      ["stream new", true],
      ["stream old", false],
    ]);
    expect(formatFates(fates)).toMatch(/table a-table +kept\n {2}bucket a-bucket +REMOVED/);
    // A template that cannot be read, YAML for one, promises nothing.
    expect(dataFates(one, {}, ids)[0]?.removed).toBeUndefined();
  });
});

describe("what is said after a deployment", () => {
  it("lists what was made", () => {
    expect(applicationText(application("a", "s", { lines: "real" }))).toBe(
      "application   a\nstack         s\nscheduler     a-scheduler\ntable         a-table\nbucket        a-bucket\nstream lines  real",
    );
  });

  it("has commands to be copied: for producers, and for receivers", () => {
    const inputs = [
      { uid: "kinesisStream-0", type: "stream", stream: "lines" },
      { uid: "feed", type: "stream", stream: "a.feed", receiver: "custom" },
    ] as const;
    const text = nextSteps("app.ts", { inputs }, { stack: "s" }, " --region r", "new");
    expect(text).toContain("It begins with the next tick");
    expect(text).toContain("sluice put lines FILE --stack s --region r\n");
    expect(text).toContain("sluice receive app.ts --stack s --region r\n");
    expect(text).not.toContain("put a.feed");
    expect(text).toContain("sluice destroy s --region r");
  });

  it.each([
    ["running", /the next one, within 15 minutes.*sluice stop --graceful/s],
    ["stopped", /an operator has said.*sluice start --stack s\n/s],
    ["asleep", /with the next tick.*sluice stop --graceful/s],
  ] as const)("says when the new code runs: %s", (health, text) => {
    expect(nextSteps("app.ts", { inputs: [] }, { stack: "s" }, "", health)).toMatch(text);
  });
});
