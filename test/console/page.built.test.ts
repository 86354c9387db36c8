/** The page in a real browser: against running applications, and against one that is made up, with ten thousand batches. */
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { type RunningConsole, startConsole } from "../../cli/console/server/index.js";
import { killStarted, type RunningProcess, removeFolders, startSluice, temporaryFolder } from "../cli/cli-process.js";
import { until } from "../support/eventually.js";
import { browserPath, launchBrowser, openPage } from "./browser.js";
import { SyntheticSource } from "./synthetic-source.js";

const HOSTILE = "<img src=x onerror=alert(1)>";

if (browserPath === undefined)
  console.warn("No Chromium or Chrome on this machine (CHROMIUM=path): the page is not tested.");
const withBrowser = browserPath === undefined ? describe.skip : describe;

/** Starts `sluice run` and returns it with its console's address. */
async function run(program: string): Promise<{ readonly app: RunningProcess; readonly url: string }> {
  const file = join("test", "console", "programs", `${program}.ts`);
  const args = ["run", file, "--master", "local", "--checkpoint", temporaryFolder(), "--console-port", "0"];
  const app = startSluice(args);
  const [url] = await app.says(/http:\/\/127\.0\.0\.1:\d+/);
  return { app, url };
}

/** The number that a figure of the header shows. */
async function figureOf(page: Page, name: string): Promise<number> {
  const text = await page
    .locator("header .figure", { has: page.getByText(name, { exact: true }) })
    .locator("dd")
    .first()
    .textContent();
  return Number((text ?? "").replace(/[^\d.]/g, ""));
}

withBrowser("the console's page", () => {
  jest.setTimeout(60_000);
  let browser: Browser;
  const consoles: RunningConsole[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await Promise.all(consoles.splice(0).map((running) => running.close()));
    await killStarted();
  });

  afterAll(async () => {
    await browser.close();
    removeFolders();
  });

  async function show(source: SyntheticSource, hash = "", width?: number) {
    const running = await startConsole({ source, state: undefined, port: 0 });
    consoles.push(running);
    return openPage(browser, `${running.url}/${hash}`, width);
  }

  describe("of a running application", () => {
    it("moves, finds keys, and takes text for text", async () => {
      const { url } = await run("counts");
      const { page, troubles } = await openPage(browser, url);
      await page.getByRole("heading", { level: 1, name: "counts" }).waitFor();
      await page
        .getByRole("status")
        .getByText(/keeping up/i)
        .waitFor();

      // It is live.
      const [batches, records] = [await figureOf(page, "Batches"), await figureOf(page, "Records")];
      await until(async () => (await figureOf(page, "Batches")) > batches + 2);
      expect(await figureOf(page, "Records")).toBeGreaterThan(records + 400);
      expect(await figureOf(page, "Input rate")).toBeGreaterThan(500);
      expect(await figureOf(page, "Cost per month")).toBeGreaterThan(0);
      await page.getByRole("img", { name: /^Processing time over \d+ batches: now \d/ }).waitFor();
      await page.getByRole("listitem", { name: /^updateStateByKey, totals, .*5 keys/ }).waitFor();

      // What it says is what the API says.
      const api = (await (await fetch(`${url}/api/v1/app`)).json()) as { processedRecords: number; records: number };
      await until(async () => (await figureOf(page, "Records")) >= api.records);

      // A key.
      await page.getByRole("link", { name: "State" }).click();
      await page.getByRole("searchbox", { name: "Key" }).fill(HOSTILE);
      await page.getByRole("button", { name: "Find key" }).click();
      await page.getByRole("heading", { name: `Key ${HOSTILE}` }).waitFor();
      expect(Number(await page.getByRole("region", { name: "Value" }).textContent())).toBeGreaterThan(40);
      const newest = Number(await page.getByRole("region", { name: "Value" }).textContent());
      const asOf = page.getByRole("combobox", { name: "As of batch" });
      // On a busy machine the page may have heard of few batches so far.
      await until(async () => (await asOf.locator("option").count()) > 2);
      await asOf.selectOption({ index: Math.min(10, (await asOf.locator("option").count()) - 1) });
      await page.getByRole("button", { name: "Find key" }).click();
      await until(async () => Number(await page.getByRole("region", { name: "Value" }).textContent()) < newest);
      await page.getByRole("button", { name: "Biggest keys" }).click();
      await page.getByRole("rowheader", { name: HOSTILE }).waitFor();
      await page.getByRole("searchbox", { name: "Key" }).fill("no such key");
      await page.keyboard.press("Enter");
      await page.getByText("There is no state for").waitFor();

      // What it printed.
      await page.getByRole("link", { name: "Output" }).click();
      await page.getByText(`(${HOSTILE},`).first().waitFor();
      await page.getByRole("link", { name: "Settings" }).click();
      await page.getByRole("rowheader", { name: "batchDuration" }).waitFor();

      expect(await page.locator("img").count()).toBe(0);
      expect(troubles).toEqual([]);
    });

    it("shows what broke a batch, on which record, and stays there when the application is gone", async () => {
      const { app, url } = await run("failing");
      const { page, troubles } = await openPage(browser, url);
      await page.getByRole("heading", { level: 1, name: "failing-sales" }).waitFor();
      expect((await app.ended).exitCode).toBe(1);

      await page.getByRole("status").getByText("Failed").waitFor();
      const strip = page.getByRole("region", { name: "Last failure" });
      await strip.getByText('{"page":"/cart","price":"12,50"}').waitFor();
      await strip.getByText("TypeError: 12,50 is no price").waitFor();

      await strip.getByRole("link").click();
      await page.getByRole("heading", { name: "What broke it" }).waitFor();
      expect(await page.getByRole("region", { name: "Stack trace" }).textContent()).toMatch(
        /TypeError: 12,50 is no price\n.*parsePrice .*programs\/failing\.ts:10/,
      );
      expect(await page.getByRole("region", { name: "Offending record" }).textContent()).toBe(
        '{"page":"/cart","price":"12,50"}',
      );
      expect(await page.locator(".command code").textContent()).toMatch(
        /sluice replay .*failing\.ts --batch \d+ --checkpoint /,
      );
      expect(troubles).toEqual([]);
    });
  });

  describe("of one with ten thousand batches", () => {
    const from = 1_790_000_000_000;

    it("is drawn, sorted and turned over without delay", async () => {
      const { page, troubles } = await show(new SyntheticSource({ batches: 10_000, from }), "#/batches");
      await page.getByRole("button", { name: "All 10,000" }).waitFor();
      expect(await page.locator("table.batches tbody tr").count()).toBe(50);

      const began = Date.now();
      await page.getByRole("button", { name: "Processing" }).click();
      await page.locator("th[aria-sort=descending]", { hasText: "Processing" }).waitFor();
      await page.getByRole("button", { name: "Last", exact: true }).click();
      await page.getByText("9,951 to 10,000 of 10,000").waitFor();
      expect(Date.now() - began).toBeLessThan(2_000);

      await page.getByRole("link", { name: "Overview" }).click();
      await page.getByRole("button", { name: "All", exact: true }).click();
      await page.getByRole("img", { name: /^Total delay over 10,000 batches/ }).waitFor();
      expect(troubles).toEqual([]);
    });

    it("stands still at a batch, and goes on", async () => {
      const source = new SyntheticSource({ batches: 500, from });
      const { page } = await show(source);
      const slider = page.getByRole("slider", { name: "Look back to a batch" });
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByText(/^As of batch/).waitFor();
      source.add();
      await page.getByText(/1 new since$/).waitFor();
      expect(await figureOf(page, "Batches")).toBe(500);
      await slider.focus();
      for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowLeft");
      expect(await figureOf(page, "Batches")).toBe(495);
      expect(await page.getByRole("status").first().textContent()).toMatch(/^Keeping up, as of /);
      await page.getByRole("button", { name: "Go live" }).click();
      await until(async () => (await figureOf(page, "Batches")) === 501);
    });
  });

  it("says so when there is no batch yet, and goes on when there is one", async () => {
    const source = new SyntheticSource({ batches: 0, from: 1_790_000_000_000 });
    const { page, troubles } = await show(source);
    await page.getByRole("status").getByText("No batch yet").waitFor();
    source.add();
    await page.getByRole("status").getByText("Keeping up").waitFor();
    for (const place of ["Batches", "State", "Output", "Settings", "Overview"]) {
      await page.getByRole("link", { name: place, exact: true }).click();
      await page.getByRole("heading", { level: 2 }).first().waitFor();
    }
    // State cannot be looked into here, which is said in words; the browser tells of the answer besides.
    expect(troubles.filter((trouble) => !trouble.includes("404"))).toEqual([]);
  });

  describe("for every reader", () => {
    const failing = () =>
      new SyntheticSource({ batches: 60, from: 1_790_000_000_000, failing: [55], hostile: HOSTILE });

    it("leads by keyboard from the top to the stack trace", async () => {
      const { page, troubles } = await show(failing());
      const link = page.getByRole("link", { name: "Stack trace and replay" });
      await link.waitFor();
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to content");
      for (let i = 0; i < 6; i++) {
        await page.keyboard.press("Tab");
        if ((await page.evaluate("document.activeElement.textContent")) === "Stack trace and replay") break;
      }
      await page.keyboard.press("Enter");
      await page.getByRole("region", { name: "Stack trace" }).waitFor();
      expect(await page.evaluate("document.activeElement.id")).toBe("main");
      // Its name, its error and its record are text.
      expect(await page.locator("img").count()).toBe(0);
      expect(troubles).toEqual([]);
    });

    it("skips to the content without leaving the place", async () => {
      const { page } = await show(failing(), "#/settings");
      await page.getByRole("rowheader", { name: "batchDuration" }).waitFor();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      expect(await page.evaluate("document.activeElement.id")).toBe("main");
      expect(await page.evaluate("location.hash")).toBe("#/settings");
    });

    it("keeps the focus on its row while newer ones come", async () => {
      const source = new SyntheticSource({ batches: 60, from: 1_790_000_000_000 });
      const { page } = await show(source, "#/batches");
      const link = page.locator("tbody a").nth(3);
      await link.focus();
      const name = await link.textContent();
      source.add();
      source.add();
      await page.getByRole("button", { name: "All 62" }).waitFor();
      expect(await page.evaluate("document.activeElement.textContent")).toBe(name);
      expect(await page.locator("tbody a").nth(5).textContent()).toBe(name);
    });

    it("has landmarks, headings in order, and names for everything that can be used", async () => {
      const { page } = await show(failing());
      await page.getByRole("heading", { name: "Operators" }).waitFor();
      for (const role of ["banner", "main"] as const) expect(await page.getByRole(role).count()).toBe(1);
      await page.getByRole("navigation", { name: "Places" }).waitFor();
      const levels = (await page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].map(({ tagName }) => Number(tagName[1]))",
      )) as number[];
      expect(levels[0]).toBe(1);
      expect(levels.every((level, i) => i === 0 || level <= (levels[i - 1] ?? 0) + 1)).toBe(true);
      const unnamed = await page.evaluate(
        "[...document.querySelectorAll('button, a, input, select')].filter((e) => !(e.textContent || e.ariaLabel || e.labels?.length)).length",
      );
      expect(unnamed).toBe(0);
    });

    it("is light or dark as the system has it, or as the reader says", async () => {
      const { page } = await show(failing());
      const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
      await page.getByRole("button", { name: "Theme: system" }).waitFor();
      const light = await ground();
      await page.emulateMedia({ colorScheme: "dark" });
      const dark = await ground();
      expect(dark).not.toBe(light);
      await page.getByRole("button", { name: "Theme: system" }).click();
      await page.getByRole("button", { name: "Theme: light" }).waitFor();
      expect(await ground()).toBe(light);
      await page.reload();
      await page.getByRole("button", { name: "Theme: light" }).click();
      expect(await ground()).toBe(dark);
    });

    it.each([400, 700])("never scrolls sideways as a whole, %d pixels wide", async (width) => {
      const { page } = await show(failing(), "", width);
      await page.getByRole("heading", { name: "Operators" }).waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    });
  });
});
