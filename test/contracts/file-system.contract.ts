import { randomUUID } from "node:crypto";
import { FileNotFoundError } from "../../shared/errors/index.js";
import type { FileSystem } from "../../shared/ports/index.js";
import { pattern, type Subject, text, utf8 } from "./subject.js";

export interface FileSystemSubject {
  readonly files: FileSystem;
  /** An existing or possible directory, without slash at its end. */
  readonly root: string;
  /** The time that new files get, epoch milliseconds. */
  now(): number;
}

/** What every file system does. */
export function describeFileSystem(name: string, make: () => Promise<Subject<FileSystemSubject>>): void {
  describe(`file system: ${name}`, () => {
    let files: FileSystem;
    let now: () => number;
    let close: () => Promise<void>;
    let base: string;
    let root: string;

    beforeAll(async () => {
      const made = await make();
      ({ files, root: base } = made.subject);
      now = () => made.subject.now();
      close = () => made.close();
    });
    afterAll(() => close());
    beforeEach(() => {
      root = `${base}/${randomUUID()}`;
    });

    const listed = async (directory: string) => (await files.list(directory)).map(({ path }) => path).sort();

    it("finds a missing directory empty", async () => {
      expect(await files.list(`${root}/none`)).toEqual([]);
      expect(await files.list(`${root}/*/none`)).toEqual([]);
    });

    it("creates a file with its directories, and reads it", async () => {
      expect(await files.putIfAbsent(`${root}/a/b/c.txt`, utf8("hello"))).toBe("created");
      expect(text(await files.read(`${root}/a/b/c.txt`, 0, 5))).toBe("hello");
    });

    it("leaves an existing file as it is", async () => {
      await files.putIfAbsent(`${root}/a.txt`, utf8("first"));
      expect(await files.putIfAbsent(`${root}/a.txt`, utf8("second, and longer"))).toBe("exists");
      expect(text(await files.read(`${root}/a.txt`, 0, 100))).toBe("first");
    });

    it.each([10, 200_000])("lets exactly one of 50 racing creators win (%i bytes)", async (length) => {
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, racer) => files.putIfAbsent(`${root}/part-0`, pattern(length, racer))),
      );
      const winners = outcomes.flatMap((outcome, racer) => (outcome === "created" ? [racer] : []));
      expect(winners).toHaveLength(1);
      const bytes = await files.read(`${root}/part-0`, 0, length);
      expect(Buffer.compare(bytes, pattern(length, winners[0]))).toBe(0);
      // Nothing half-made is left lying about.
      expect(await listed(root)).toEqual([`${root}/part-0`]);
    });

    it("reads parts, and less where the file ends", async () => {
      await files.putIfAbsent(`${root}/a`, pattern(1000));
      for (const [start, end] of [
        [0, 10],
        [990, 1000],
        [990, 2000],
        [0, 1000],
      ] as const) {
        expect(Buffer.compare(await files.read(`${root}/a`, start, end), pattern(1000).subarray(start, end))).toBe(0);
      }
    });

    it("creates and reads an empty file", async () => {
      await files.putIfAbsent(`${root}/_SUCCESS`, new Uint8Array(0));
      expect(await files.list(root)).toMatchObject([{ path: `${root}/_SUCCESS`, size: 0 }]);
      expect(await files.read(`${root}/_SUCCESS`, 0, 100)).toHaveLength(0);
    });

    it("says which file is missing", async () => {
      await files.putIfAbsent(`${root}/a`, utf8("a"));
      await expect(files.read(`${root}/b`, 0, 1)).rejects.toThrow(FileNotFoundError);
      await expect(files.read(`${root}/b`, 0, 1)).rejects.toThrow(`${root}/b`);
    });

    it("lists files with size and time, also those that begin with a dot or an underscore", async () => {
      const before = now();
      await files.putIfAbsent(`${root}/a.txt`, pattern(7));
      await files.putIfAbsent(`${root}/.hidden`, pattern(8));
      await files.putIfAbsent(`${root}/_tmp`, pattern(9));
      const found = await files.list(root);
      expect(found.map(({ path, size }) => [path, size]).sort()).toEqual([
        [`${root}/.hidden`, 8],
        [`${root}/_tmp`, 9],
        [`${root}/a.txt`, 7],
      ]);
      // Two seconds: object stores keep whole seconds, and clocks of two machines differ.
      for (const { modified } of found) {
        expect(modified).toBeGreaterThanOrEqual(before - 2000);
        expect(modified).toBeLessThanOrEqual(now() + 2000);
      }
    });

    it("lists a directory, not those in it", async () => {
      await files.putIfAbsent(`${root}/a`, utf8("a"));
      await files.putIfAbsent(`${root}/sub/b`, utf8("b"));
      await files.putIfAbsent(`${root}sibling/c`, utf8("c"));
      expect(await listed(root)).toEqual([`${root}/a`]);
      expect(await listed(`${root}/`)).toEqual([`${root}/a`]);
    });

    it("takes a wildcard for all directories that match, one segment each", async () => {
      for (const path of ["day=1/a", "day=2/b", "day=2/sub/c", "month=1/d", "e", "day=3"]) {
        await files.putIfAbsent(`${root}/${path}`, utf8(path));
      }
      const under = (paths: readonly string[]) => paths.map((path) => `${root}/${path}`);
      expect(await listed(`${root}/day=*`)).toEqual(under(["day=1/a", "day=2/b"]));
      expect(await listed(`${root}/*`)).toEqual(under(["day=1/a", "day=2/b", "month=1/d"]));
      expect(await listed(`${root}/*=1`)).toEqual(under(["day=1/a", "month=1/d"]));
      expect(await listed(`${root}/*/sub`)).toEqual(under(["day=2/sub/c"]));
      expect(await listed(`${root}/d*y=2/s*b`)).toEqual(under(["day=2/sub/c"]));
      expect(await listed(`${root}/x*`)).toEqual([]);
    });

    it("takes other special characters for themselves", async () => {
      await files.putIfAbsent(`${root}/a.b+[c]/f`, utf8("1"));
      await files.putIfAbsent(`${root}/axb+[c]/f`, utf8("2"));
      expect(await listed(`${root}/*.b+[c]`)).toEqual([`${root}/a.b+[c]/f`]);
    });
  });
}
