import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CheckpointError, IllegalStateError } from "../../shared/errors/index.js";
import { openDatabase, toKey } from "../../shared/local/database.js";
import { LocalStore } from "../../shared/local/local-store.js";
import { processIdentity } from "../../shared/local/process-identity.js";
import { utf8 } from "../contracts/subject.js";
import { Fixtures } from "./child.js";

describe("the owner of a checkpoint directory", () => {
  let fixtures: Fixtures;
  let directory: string;

  beforeAll(() => {
    fixtures = new Fixtures();
  });
  afterAll(() => fixtures.remove());
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "sluice-owner-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("keeps others out until it is killed", async () => {
    const child = fixtures.start("owner-child", directory);
    await child.says();
    expect(child.lines()).toEqual(["open"]);
    expect(() => new LocalStore({ directory })).toThrow(IllegalStateError);
    expect(() => new LocalStore({ directory })).toThrow(
      `The checkpoint directory ${directory} is in use by process ${child.pid}.`,
    );
    await child.kill();
    await new LocalStore({ directory }).close();
  }, 20_000);

  it("is one of several that start at the same instant", async () => {
    const startAt = String(Date.now() + 400);
    const children = Array.from({ length: 4 }, () => fixtures.start("owner-child", directory, startAt));
    await Promise.all(children.map((child) => child.says()));
    const said = children.map((child) => child.lines()[0]);
    const winner = children[said.indexOf("open")];
    expect(said.filter((line) => line === "open")).toHaveLength(1);
    for (const line of said) {
      if (line !== "open") expect(line).toContain(`is in use by process ${winner?.pid}`);
    }
    await winner?.kill();
    await Promise.all(children.map((child) => child.ends()));
  }, 20_000);

  it("keeps out a second store of its own process, and is not disturbed by it", async () => {
    const store = new LocalStore({ directory });
    await store.blocks.put("a", utf8("a"));
    expect(() => new LocalStore({ directory })).toThrow(`in use by process ${process.pid}`);
    await store.flush();
    expect(await store.blocks.list("")).toEqual(["a"]);
    await store.close();
    const next = new LocalStore({ directory });
    expect(await next.blocks.list("")).toEqual(["a"]);
    await next.close();
  });

  it("is known by any path that leads to the directory", async () => {
    const store = new LocalStore({ directory });
    symlinkSync(directory, `${directory}-link`);
    expect(() => new LocalStore({ directory: `${directory}-link` })).toThrow("in use by process");
    rmSync(`${directory}-link`);
    await store.close();
  });

  it("may have been killed while it created the files", async () => {
    mkdirSync(join(directory, "store"));
    writeFileSync(join(directory, "store/data.mdb"), "");
    writeFileSync(join(directory, "store/lock.mdb"), new Uint8Array(8192));
    const store = new LocalStore({ directory });
    await store.blocks.put("a", utf8("a"));
    await store.close();
  });

  it("does not come into being when the files are something else", () => {
    mkdirSync(join(directory, "store"));
    writeFileSync(join(directory, "store/data.mdb"), "x".repeat(8192));
    expect(() => new LocalStore({ directory })).toThrow(CheckpointError);
    expect(() => new LocalStore({ directory })).toThrow(CheckpointError);
  });

  it("lets go of a directory that it cannot read, so that it can be set aside", async () => {
    const before = new LocalStore({ directory });
    await before.streams.create("s", 1);
    await before.close();
    const database = openDatabase(directory, "process");
    await database.streams.put(toKey("stream/s"), utf8("no JSON"));
    await database.root.close();
    expect(() => new LocalStore({ directory })).toThrow("JSON");
    const aside = `${directory}.unreadable`;
    renameSync(directory, aside);
    const fresh = new LocalStore({ directory });
    await fresh.streams.create("t", 1);
    expect(await fresh.streams.describe("s")).toBeUndefined();
    await fresh.close();
    expect(() => new LocalStore({ directory: aside })).toThrow("JSON");
    rmSync(aside, { recursive: true });
  });

  it("is dead when another process has its number now", async () => {
    await new LocalStore({ directory }).close();
    const database = openDatabase(directory, "process");
    const owner = { pid: process.pid, identity: "of an earlier boot" };
    await database.owner.put(toKey("owner"), utf8(JSON.stringify(owner)));
    await database.root.close();
    await new LocalStore({ directory }).close();
  });

  it("has an identity that other processes do not have", () => {
    expect(processIdentity(process.pid)).toBeTruthy();
    expect(processIdentity(process.pid)).toBe(processIdentity(process.pid));
    // The first process of the machine is certainly older; another may have started in the same hundredth of a second.
    expect(processIdentity(process.pid)).not.toBe(processIdentity(1));
    expect(processIdentity(2 ** 22 + 1)).toBeUndefined();
  });
});
