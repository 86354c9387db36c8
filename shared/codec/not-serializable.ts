import { NotSerializableError } from "../errors/index.js";
import { MAX_DEPTH } from "./format.js";
import { kindOf } from "./kinds.js";
import { codecOf } from "./registry.js";

/** Thrown by the writers, which do not keep track of where they are; the public functions turn it into the real error. */
export class Unencodable extends Error {
  readonly value: unknown;

  constructor(value: unknown) {
    super("a value cannot be encoded");
    this.value = value;
  }
}

interface Finding {
  readonly path: string;
  /** For machines: the class name, `function`, `cycle`, ... */
  readonly type: string;
  /** For people, with its article. */
  readonly what: string;
  readonly advice: string;
}

/** Puts `value` on the stack of what contains the value being written. Leave by `ancestors.pop()`. */
export function enter(ancestors: object[], value: object): void {
  if (ancestors.length >= MAX_DEPTH || ancestors.includes(value)) throw new Unencodable(value);
  ancestors.push(value);
}

/**
 * The error for a value that a writer gave up on. Looks for it again, this time with its path: `roots` are the values
 * that were to be written, with their own paths.
 */
export function notSerializable(
  failure: Unencodable,
  roots: Iterable<readonly [string, unknown]>,
): NotSerializableError {
  for (const [path, root] of roots) {
    const finding = find(root, path, []);
    if (finding !== undefined) return errorOf(finding);
  }
  // Only a getter, or a codec, that answers differently each time leads here.
  return errorOf(describe(failure.value, "?") ?? { path: "?", type: "cycle", ...CYCLE });
}

function errorOf({ path, type, what, advice }: Finding): NotSerializableError {
  const place = path === "" ? "" : ` at ${path}`;
  return new NotSerializableError(`${what}${place} cannot be encoded: ${advice}`, { path, type });
}

const CYCLE = { what: "a cycle", advice: "a value must not contain itself; refer to it by a key instead" };
const DEEP = {
  what: `a value nested more than ${MAX_DEPTH} levels deep`,
  advice: "flatten it, a linked list into an array for example",
};

function find(value: unknown, path: string, ancestors: object[]): Finding | undefined {
  const finding = describe(value, path);
  if (finding !== undefined || typeof value !== "object" || value === null) return finding;
  if (ancestors.includes(value)) return { path, type: "cycle", ...CYCLE };
  if (ancestors.length >= MAX_DEPTH) return { path, type: "deep", ...DEEP };
  ancestors.push(value);
  for (const [step, child] of children(value)) {
    const inner = find(child, path + step, ancestors);
    if (inner !== undefined) return inner;
  }
  ancestors.pop();
  return undefined;
}

/** What is wrong with the value itself, whatever it contains. */
function describe(value: unknown, path: string): Finding | undefined {
  if (typeof value === "function") {
    return { path, type: "function", what: "a function", advice: "send the data it works on instead" };
  }
  if (typeof value === "symbol") {
    return { path, type: "symbol", what: "a symbol", advice: "use a string instead" };
  }
  if (typeof value !== "object" || value === null || kindOf(value) !== undefined || codecOf(value)) return undefined;
  const name = className(value);
  if (name === "Promise") {
    return { path, type: "promise", what: "a promise", advice: "functions on elements are synchronous" };
  }
  if (name === undefined) {
    return {
      path,
      type: "object",
      what: "an object with a prototype of its own",
      advice: "convert it to a plain object",
    };
  }
  const advice = `register a codec with registerCodec(${name}, …) or convert it to a plain object`;
  return { path, type: name, what: `a value of class ${name}`, advice };
}

function className(value: object): string | undefined {
  const { constructor: type } = value;
  return typeof type !== "function" || type === Object || type.name === "" ? undefined : type.name;
}

function* children(value: object): Generator<[step: string, child: unknown]> {
  switch (kindOf(value)) {
    case "array":
      for (const [index, element] of (value as unknown[]).entries()) yield [`[${index}]`, element];
      break;
    case "map":
      for (const [index, [key, element]] of [...(value as Map<unknown, unknown>)].entries()) {
        yield [`.keys()[${index}]`, key];
        yield [`.get(${isSimple(key) ? show(key) : `.keys()[${index}]`})`, element];
      }
      break;
    case "set":
      for (const [index, element] of [...(value as Set<unknown>)].entries()) yield [`.values()[${index}]`, element];
      break;
    case "object":
    case "nullObject":
      for (const name of Object.keys(value)) yield [property(name), (value as Record<string, unknown>)[name]];
      break;
    case undefined:
      yield ["", codecOf(value)?.encode(value)];
      break;
  }
}

function isSimple(key: unknown): boolean {
  return typeof key !== "object" && typeof key !== "function" && typeof key !== "symbol";
}

function show(key: unknown): string {
  return typeof key === "string" ? JSON.stringify(key) : String(key);
}

function property(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
