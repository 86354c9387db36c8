import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pathToFileURL } from "node:url";
import { LocalFileSystem } from "../../shared/local/local-file-system.js";
import { TerminalConsole } from "../../shared/local/terminal-console.js";
import { RandomIds, SystemClock } from "../../shared/system/index.js";
import { text, utf8 } from "../contracts/subject.js";

describe("LocalFileSystem", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "sluice-files-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("writes to the disk when told to", async () => {
    const files = new LocalFileSystem({ durability: "disk" });
    expect(await files.putIfAbsent(join(root, "a/b"), utf8("x"))).toBe("created");
    expect(text(await files.read(join(root, "a/b"), 0, 9))).toBe("x");
  });

  it("takes file URLs", async () => {
    const files = new LocalFileSystem();
    const url = pathToFileURL(root).href;
    await files.putIfAbsent(`${url}/a b`, utf8("x"));
    expect(await files.list(url)).toMatchObject([{ path: join(root, "a b"), size: 1 }]);
    expect(text(await files.read(`${url}/a%20b`, 0, 9))).toBe("x");
  });

  it("follows links to directories and files", async () => {
    const files = new LocalFileSystem();
    await files.putIfAbsent(join(root, "real/f"), utf8("x"));
    symlinkSync(join(root, "real"), join(root, "link"));
    symlinkSync(join(root, "nowhere"), join(root, "dead"));
    expect((await files.list(`${root}/l*`)).map(({ path }) => path)).toEqual([join(root, "link/f")]);
    expect(await files.list(root)).toEqual([]);
    expect(await files.list(`${root}/d*`)).toEqual([]);
  });

  it("takes a file for no directory", async () => {
    const files = new LocalFileSystem();
    writeFileSync(join(root, "f"), "x");
    expect(await files.list(join(root, "f"))).toEqual([]);
    await expect(files.read(join(root, "f/g"), 0, 1)).rejects.toThrow("does not exist");
    await expect(files.putIfAbsent(join(root, "f/g"), utf8("x"))).rejects.toThrow();
  });

  it("reads no directory", async () => {
    await expect(new LocalFileSystem().read(root, 0, 1)).rejects.toThrow("EISDIR");
  });

  it("leaves nothing behind, whether it created or not, whatever the length of the name", async () => {
    const files = new LocalFileSystem();
    const name = "n".repeat(250);
    await files.putIfAbsent(join(root, name), utf8("x"));
    await files.putIfAbsent(join(root, name), utf8("x"));
    expect(readdirSync(root)).toEqual([name]);
  });

  it("finds relative paths", async () => {
    const files = new LocalFileSystem();
    expect((await files.list("test/contra*")).map(({ path }) => path)).toContain("test/contracts/contracts.test.ts");
    expect((await files.list("./test/local")).map(({ path }) => path)).toContain("test/local/machine.test.ts");
  });
});

describe("SystemClock", () => {
  it("sleeps longer than a timer can", async () => {
    const controller = new AbortController();
    const clock = new SystemClock();
    let woken = false;
    const sleeping = clock.sleep(2 ** 31 + 1000, controller.signal).then(() => {
      woken = true;
    });
    await clock.sleep(20);
    expect(woken).toBe(false);
    controller.abort();
    await sleeping;
  });

  it("tells the time", () => {
    expect(Math.abs(new SystemClock().now() - Date.now())).toBeLessThan(1000);
  });
});

describe("RandomIds", () => {
  it("never says the same twice, and nothing but letters, digits and dashes", () => {
    const ids = new RandomIds();
    const all = Array.from({ length: 1000 }, () => ids.next());
    expect(new Set(all).size).toBe(1000);
    for (const id of all) expect(id).toMatch(/^[A-Za-z0-9-]+$/);
  });
});

describe("TerminalConsole", () => {
  it("prints to one stream and logs lines to the other", () => {
    const [output, errors] = [new PassThrough(), new PassThrough()];
    const terminal = new TerminalConsole(output, errors);
    terminal.print("-----\nTime: 1000 ms");
    terminal.print("done\n");
    terminal.log("info", "started");
    terminal.log("warn", "two\nlines", { batch: 1000, big: 10n });
    terminal.log("error", "failed", { cause: new RangeError("too far") });
    expect(String(output.read())).toBe("-----\nTime: 1000 ms\ndone\n");
    const lines = String(errors.read()).split("\n");
    expect(lines.slice(0, 2)).toEqual(["INFO started", 'WARN two\\nlines {"batch":1000,"big":"10"}']);
    expect(lines[2]).toContain("ERROR failed");
    expect(lines[2]).toContain("RangeError: too far");
    expect(lines).toHaveLength(4);
  });

  it("uses the streams of the process unless told otherwise", () => {
    expect(new TerminalConsole()).toBeDefined();
  });
});
