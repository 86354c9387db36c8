/** A headless browser for tests: Debian's or the system's Chromium, or Chrome. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const PLACES = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Where the browser is; `undefined` when this machine has none. */
export const browserPath = PLACES.find((path) => path !== undefined && existsSync(path));

/** Nothing of its own over the network. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Each launch has a user directory of its own, which goes with it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ ...(browserPath !== undefined && { executablePath: browserPath }), args: ARGS });
}

/** A page, and everything that went wrong on it: errors, blocked scripts and styles, dialogs. */
export interface WatchedPage {
  readonly page: Page;
  readonly troubles: string[];
}

export async function openPage(browser: Browser, url: string, width = 1280): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    // A server that is gone is told of by the page itself.
    const isGone = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET/.test(message.text());
    if (message.type() === "error" && !isGone) troubles.push(message.text());
  });
  await page.addInitScript(() => {
    const { addEventListener, console } = globalThis as unknown as BrowserGlobals;
    addEventListener("securitypolicyviolation", (event) => console.error(`blocked: ${event.violatedDirective}`));
  });
  await page.goto(url);
  return { page, troubles };
}

/** What the init script finds in the browser; these tests are compiled for Node. */
interface BrowserGlobals {
  addEventListener(name: string, listener: (event: { readonly violatedDirective: string }) => void): void;
  readonly console: { error(text: string): void };
}
