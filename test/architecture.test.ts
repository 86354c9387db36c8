/** The rooms of the house: a room imports only from rooms below it, and rooms of one floor do not know one another. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

/** From the ground up. A room is a folder; `shared/index` is the one file that is a room. */
const floors = [
  ["shared/errors"],
  ["shared/time", "shared/codec"],
  ["shared/ports"],
  ["shared/rules", "shared/streamlog"],
  ["shared/rdd"],
  ["shared/state"],
  ["shared/checkpoint"],
  ["shared/streaming"],
  ["shared/plan"],
  ["shared/executor"],
  ["shared/scheduler"],
  ["shared/sources", "shared/sinks", "shared/system", "shared/monitor"],
  ["shared/simulation", "shared/local", "shared/aws"],
  ["shared/testing", "shared/index"],
  ["functions", "cli", "infra"],
];

const root = join(__dirname, "..");
const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)));

/** "shared/rdd/operators/map.ts" → "shared/rdd". */
function roomOf(path: string): string {
  const [top = "", next = ""] = path.split("/");
  return top === "shared" ? `shared/${next.replace(/\.ts$/, "")}` : top;
}

/** The specifiers of static, dynamic and type imports and of re-exports; not those of examples in comments. */
function importsOf(source: string): string[] {
  const code = source.replace(/^\s*(\/\*|\*|\/\/).*$/gm, "");
  const statements = code.matchAll(/^(?:import|export)\s(?:[^;"']*?\sfrom\s*)?["']([^"']+)["']/gm);
  const calls = code.matchAll(/\bimport\(\s*["']([^"']+)["']/g);
  return [...statements, ...calls].flatMap((match) => match[1] ?? []);
}

/** Relative imports, and the package's own doors, as paths from the root; undefined for packages. */
function targetOf(file: string, specifier: string): string | undefined {
  if (specifier === "sluice") return "shared/index.ts";
  if (specifier === "sluice/testing") return "shared/testing/index.ts";
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, ".ts");
}

function violationsIn(file: string, source: string): string[] {
  const room = roomOf(file);
  const floor = floorOf.get(room);
  if (floor === undefined) return [`${file}: ${room} is on no floor`];
  return importsOf(source).flatMap((specifier) => {
    const target = targetOf(file, specifier);
    if (target === undefined || roomOf(target) === room) return [];
    const below = floorOf.get(roomOf(target));
    return below !== undefined && below < floor
      ? []
      : [`${file}: ${room} must not import ${roomOf(target)} (${specifier})`];
  });
}

function sourcesUnder(folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"));
}

describe("architecture", () => {
  it("lets a room import only from rooms below it", () => {
    const files = ["shared", "functions", "cli", "infra"].flatMap(sourcesUnder);
    expect(files).toContain("shared/errors/errors.ts");
    expect(files.flatMap((file) => violationsIn(file, readFileSync(join(root, file), "utf8")))).toEqual([]);
  });

  it("gives every room one floor", () => {
    expect(floorOf.size).toBe(floors.flat().length);
  });

  it.each([
    ["upwards", "shared/rdd/rdd.ts", 'import type { Plan } from "../plan/index.js";'],
    ["sideways", "shared/state/x.ts", 'import { a } from "../checkpoint/index.js";'],
    ["over several lines", "shared/time/x.ts", 'import {\n  a,\n  b,\n} from "../ports/index.js";'],
    ["for effect", "shared/time/x.ts", 'import "../rdd/index.js";'],
    ["by re-export", "shared/ports/x.ts", 'export { a } from "../rdd/index.js";'],
    ["dynamically", "shared/rdd/operators/x.ts", 'const a = await import("../../local/index.js");'],
    ["as a type in place", "shared/rdd/x.ts", 'let a: import("../plan/index.js").Plan;'],
    ["by the package's name", "shared/local/x.ts", 'import { seconds } from "sluice";'],
    ["out of the house", "cli/x.ts", 'import { a } from "../test/support/a.js";'],
    ["into an unknown room", "cli/x.ts", 'import { a } from "../shared/attic/a.js";'],
  ])("sees an import %s", (_how, file, source) => {
    expect(violationsIn(file, source)).toHaveLength(1);
  });

  it.each([
    ["downwards", "shared/plan/x.ts", 'import { a } from "../streaming/index.js";'],
    ["within the room", "shared/rdd/operators/map.ts", 'import { a } from "../lineage.js";'],
    ["of a package", "shared/local/x.ts", 'import { open } from "lmdb";'],
    ["of the door from the command line", "cli/main.ts", 'import { a } from "../shared/index.js";'],
    ["in a comment", "shared/rdd/x.ts", '/**\n * import { seconds } from "sluice";\n */\n// import "../plan/a.js";'],
  ])("allows an import %s", (_how, file, source) => {
    expect(violationsIn(file, source)).toEqual([]);
  });
});
