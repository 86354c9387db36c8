/** docs/errors.md, the classes and the table of codes agree, in all directions. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as errors from "../../shared/errors/index.js";

const root = join(__dirname, "../..");
const source = readFileSync(join(root, "shared/errors/errors.ts"), "utf8");
const page = readFileSync(join(root, "docs/errors.md"), "utf8");

/** Class, code and retry of each error, as the source has them. */
const classes = [
  ...source.matchAll(/class (\w+) extends SluiceError \{.*?super\(\s*"(SLUICE_[A-Z_]+)"(.*?)\n {2}\}/gs),
].map(([, name = "", code = "", rest = ""]) => ({ name, code, retry: /retry: "(\w+)"/.exec(rest)?.[1] ?? "never" }));
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section): [string, string] => [section.slice(0, section.indexOf("\n")), section]),
);
const byName: Readonly<Record<string, unknown>> = errors;
const codes = classes.map(({ code }) => code).sort();

describe("docs/errors.md", () => {
  it("has a section for each code, and no other", () => {
    expect(codes.length).toBeGreaterThan(10);
    expect(new Set(codes).size).toBe(codes.length);
    expect([...sections.keys()].sort()).toEqual(codes);
  });

  it.each(classes)("says of $code that its retry is $retry, and what to do", ({ code, retry }) => {
    const section = sections.get(code) ?? "";
    expect(/Retry: (\w+)/.exec(section)?.[1]).toBe(retry);
    expect(section.slice(section.indexOf("Retry:"))).toMatch(/[.;].*\w/s);
  });
});

describe("the table of codes", () => {
  it("has all of them", () => {
    expect([...errors.errorCodes].sort()).toEqual(codes);
    expect(source.match(/extends SluiceError/g)).toHaveLength(classes.length);
  });

  it.each(classes)("makes a $name of $code", ({ name, code }) => {
    const error = errors.errorOfCode(code, "what happened", { retry: "pause", details: { a: 1 }, cause: "why" });
    expect(error).toBeInstanceOf(byName[name] as new () => Error);
    expect(error).toBeInstanceOf(errors.SluiceError);
    expect(error).toMatchObject({ code, message: "what happened", retry: "pause", details: { a: 1 }, cause: "why" });
  });

  it("makes a SluiceError of a code of another version", () => {
    const error = errors.errorOfCode("SLUICE_OF_THE_FUTURE", "what happened", {});
    expect(Object.getPrototypeOf(error)).toBe(errors.SluiceError.prototype);
    expect(error.retry).toBe("never");
  });
});
