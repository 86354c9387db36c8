import { join } from "node:path";
import { killStarted, removeFolders, startSluice, temporaryFolder } from "./cli-process.js";

afterEach(killStarted);
afterAll(removeFolders);

const program = (name: string): string => join("test", "cli", "programs", `${name}.ts`);

describe("sluice run", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends gracefully at %s, when all that was there is processed and printed",
    async (signal) => {
      const running = startSluice([
        "run",
        program("totals"),
        "--checkpoint",
        temporaryFolder(),
        "--master",
        "local[2]",
      ]);
      await running.says(/\(tick,2\)/);
      running.kill(signal);
      const { exitCode, stdout, stderr } = await running.ended;
      expect(stderr).toContain(`sluice: ${signal}: processing what was received`);
      const [, batches] = /ended after (\d+) batches/.exec(stderr) ?? [];
      expect(stdout.match(/^Time: /gm)).toHaveLength(Number(batches));
      expect(stdout).toContain("(tick,20)");
      expect(exitCode).toBe(0);
    },
  );

  it("takes signals that come at once as one: a terminal and npm both pass on a Ctrl-C", async () => {
    const running = startSluice(["run", program("totals"), "--checkpoint", temporaryFolder(), "--master", "local"]);
    await running.says(/\(tick,1\)/);
    running.kill("SIGINT");
    await running.says(/SIGINT/);
    running.kill("SIGINT");
    expect((await running.ended).exitCode).toBe(0);
  });

  it("does not wait for longer than the program allows", async () => {
    const running = startSluice(["run", program("endless"), "--master", "local"]);
    await running.says(/Time: /);
    running.kill("SIGINT");
    const { exitCode, stderr } = await running.ended;
    expect(stderr).toContain("The graceful stop took longer than 200 ms");
    expect(exitCode).toBe(0);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends at once at a second %s", async (signal, code) => {
    const running = startSluice(["run", program("slow-stop"), "--master", "local"]);
    await running.says(/Time: /);
    running.kill(signal);
    await running.says(/Once more stops it at once/);
    await new Promise((resolve) => setTimeout(resolve, 600));
    running.kill(signal);
    expect((await running.ended).exitCode).toBe(code);
  });
});
