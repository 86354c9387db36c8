import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("../../bench/run.mjs", import.meta.url));
const out = mkdtempSync(join(tmpdir(), "sluice-bench-test-"));
afterAll(() => rmSync(out, { recursive: true }));

interface Row {
  readonly id: string;
  readonly work: string;
  readonly goal: string;
  readonly sluice: number;
  readonly spark: null;
  readonly limit: number | null;
  readonly ratio: null;
  readonly spread: null;
  readonly met: boolean | null;
  readonly error: string | null;
  readonly differs: string | null;
  readonly figures: Readonly<Record<string, number>>;
}

const run = (...args: string[]) =>
  spawnSync(process.execPath, [bench, "--out", out, ...args], { encoding: "utf8", timeout: 110_000 });

describe("npm run bench", () => {
  it("measures every row in a quick run, and writes a report and a page", () => {
    const { status, stdout, stderr } = run("--quick");
    const report = JSON.parse(readFileSync(join(out, "report.json"), "utf8")) as Row[];
    expect(report.filter(({ error, differs }) => error !== null || differs !== null)).toEqual([]);
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("Spark is left out");

    expect(report.map(({ id }) => id)).toHaveLength(15);
    for (const row of report) {
      expect(row).toMatchObject({
        work: expect.any(String),
        goal: expect.any(String),
        spark: null,
        ratio: null,
        spread: null,
      });
      expect(row.sluice).toBeGreaterThan(0);
      expect([true, false, null]).toContain(row.met);
    }
    const row = (id: string) => report.find((candidate) => candidate.id === id) as Row;
    expect(row("word-count").limit).toBeGreaterThan(0);
    expect(row("many-partitions").figures.calls).toBeGreaterThan(
      row("many-partitions").figures["collapsed calls"] as number,
    );
    expect(row("recovery").figures.keys).toBe(10_000);

    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page.match(/<svg /g)).toHaveLength(15);
    expect(page).not.toMatch(/(src|href)=/);
  });

  it("refuses rows that do not exist", () => {
    expect(run("--only", "nothing").status).toBe(2);
  });
});
