/** docs/errors.md and the code agree in both directions. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");
const inCode = [
  ...readFileSync(join(root, "shared/errors/errors.ts"), "utf8").matchAll(/super\(\s*"(SLUICE_[A-Z_]+)"/g),
];
const onPage = [...readFileSync(join(root, "docs/errors.md"), "utf8").matchAll(/^### (SLUICE_[A-Z_]+)$/gm)];
const codes = (matches: RegExpMatchArray[]): string[] => matches.map(([, code = ""]) => code).sort();

describe("docs/errors.md", () => {
  it("has a section for each code, and no other", () => {
    expect(codes(inCode).length).toBeGreaterThan(10);
    expect(codes(onPage)).toEqual(codes(inCode));
  });

  it("says of each what to do", () => {
    const page = readFileSync(join(root, "docs/errors.md"), "utf8");
    for (const section of page.split(/^### /m).slice(1)) expect(section).toMatch(/Retry: /);
  });
});
