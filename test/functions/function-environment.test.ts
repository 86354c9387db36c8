import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeployedWhole } from "../../functions/function-environment.js";

describe("isDeployedWhole", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-deployed-"));
  const entry = pathToFileURL(join(folder, "index.mjs")).href;
  afterAll(() => rmSync(folder, { recursive: true }));

  it("takes a bundle at the settings' word that does not say its version", () => {
    expect(isDeployedWhole(entry, { codeVersion: "new" })).toBe(true);
  });

  it("finds out when the code is new and the settings are not", () => {
    writeFileSync(join(folder, "code-version"), "new");
    expect(isDeployedWhole(entry, { codeVersion: "old" })).toBe(false);
    expect(isDeployedWhole(entry, { codeVersion: "new" })).toBe(true);
  });
});
