import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

describe("the page's sources", () => {
  it("compile with a browser's types, which the rest of the project does without", () => {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const page = join(root, "cli", "console", "page");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", page], { cwd: root, encoding: "utf8" });
    // What is wrong elsewhere is for the type check of the project to say.
    expect(stdout.split("\n").filter((line) => line.startsWith("cli/console/page/"))).toEqual([]);
  }, 60_000);
});
