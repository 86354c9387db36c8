/** The laws see when a rule of the protocol is taken away. All mutants: `npm run simulate -- --mutants`. */
import { spawn } from "node:child_process";
import { join } from "node:path";

function simulate(...options: string[]): Promise<{ readonly status: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const script = join(__dirname, "../../scripts/simulate.mjs");
    const child = spawn(process.execPath, [script, ...options], { stdio: ["ignore", "pipe", "pipe"] });
    const output: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (some: Buffer) => output.push(some));
    child.on("close", (status) => resolve({ status, output: Buffer.concat(output).toString() }));
  });
}

describe("a simulator", () => {
  it.each([
    ["commit-without-condition", "I1"],
    ["outputs-before-commit", "I7"],
    ["state-name-shared", "I4"],
    ["forgets-live-state", "I9"],
    ["leaves-calls-under-way", "I10"],
  ])("catches %s", async (mutant, law) => {
    const { status, output } = await simulate("--mutant", mutant, "--seeds", "200");
    expect(output).toContain(`${mutant}: caught after`);
    expect(output).toContain(`${law}:`);
    expect(status).toBe(0);
  });

  it("says so when there is no such mutant or option", async () => {
    expect(await simulate("--mutant", "of-the-future")).toMatchObject({ status: 2 });
    expect((await simulate("--sedes", "3")).status).toBe(2);
  });

  it("explains itself", async () => {
    const { status, output } = await simulate("--help");
    expect(status).toBe(0);
    expect(output).toContain("usage: npm run simulate");
  });
});
