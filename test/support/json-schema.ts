/** As much of JSON Schema (draft 7) as the schemas that tests use. What it does not know it refuses, rather than to let it pass. */

type Schema = Readonly<Record<string, unknown>>;
type Check = (value: unknown, argument: never, schema: Schema, at: string, root: Schema) => readonly string[];

/** What is wrong with a value, each with its place; nothing when all is well. */
export function schemaErrors(
  value: unknown,
  schema: Schema | boolean,
  at = "",
  root = schema as Schema,
): readonly string[] {
  if (typeof schema === "boolean") return schema ? [] : [`${at}: nothing may be here`];
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    if (NOTES.has(keyword)) return [];
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`the schema has ${keyword}, which is not known here`);
    return check(value, argument as never, schema, at, root);
  });
}

const NOTES = new Set(["$schema", "$id", "title", "description", "definitions", "default", "deprecated", "format"]);

const CHECKS: Readonly<Record<string, Check>> = {
  $ref: (value, ref: string, _, at, root) => {
    const path = ref.replace(/^#\//, "").split("/");
    const target = path.reduce<unknown>((node, key) => (node as Schema | undefined)?.[key], root);
    if (target === undefined) throw new Error(`the schema refers to ${ref}, which it does not have`);
    return schemaErrors(value, target as Schema, at, root);
  },
  type: (value, type: string | readonly string[], _, at) => {
    return [type].flat().some((name) => isOf(value, name)) ? [] : [`${at}: not of type ${String(type)}`];
  },
  enum: (value, values: readonly unknown[], _, at) =>
    values.includes(value) ? [] : [`${at}: not one of ${values.join(", ")}`],
  pattern: (value, pattern: string, _, at) => {
    return typeof value !== "string" || new RegExp(pattern).test(value) ? [] : [`${at}: does not match ${pattern}`];
  },
  minimum: (value, least: number, _, at) =>
    typeof value !== "number" || value >= least ? [] : [`${at}: below ${least}`],
  maximum: (value, most: number, _, at) => (typeof value !== "number" || value <= most ? [] : [`${at}: above ${most}`]),
  uniqueItems: (value, unique: boolean, _, at) => {
    if (!unique || !Array.isArray(value)) return [];
    return new Set(value.map((item) => JSON.stringify(item))).size === value.length ? [] : [`${at}: repeats itself`];
  },
  items: (value, items: Schema, _, at, root) => {
    return Array.isArray(value) ? value.flatMap((item, i) => schemaErrors(item, items, `${at}/${i}`, root)) : [];
  },
  required: (value, names: readonly string[], _, at) => {
    return isOf(value, "object")
      ? names.filter((name) => !(name in (value as object))).map((name) => `${at}: lacks ${name}`)
      : [];
  },
  properties: (value, properties: Readonly<Record<string, Schema>>, _, at, root) => {
    return membersOf(value).flatMap(([name, member]) => {
      const schema = properties[name];
      return schema === undefined ? [] : schemaErrors(member, schema, `${at}/${name}`, root);
    });
  },
  patternProperties: (value, patterns: Readonly<Record<string, Schema>>, _, at, root) => {
    return membersOf(value).flatMap(([name, member]) => {
      const schemas = Object.entries(patterns).filter(([pattern]) => new RegExp(pattern).test(name));
      return schemas.flatMap(([, schema]) => schemaErrors(member, schema, `${at}/${name}`, root));
    });
  },
  additionalProperties: (value, rest: Schema | boolean, { properties = {}, patternProperties = {} }, at, root) => {
    const patterns = Object.keys(patternProperties as object).map((pattern) => new RegExp(pattern));
    const others = membersOf(value).filter(([name]) => {
      return !(name in (properties as object)) && !patterns.some((pattern) => pattern.test(name));
    });
    return others.flatMap(([name, member]) => schemaErrors(member, rest, `${at}/${name}`, root));
  },
  oneOf: (value, choices: readonly Schema[], _, at, root) => {
    const fitting = choices.filter((choice) => schemaErrors(value, choice, at, root).length === 0);
    return fitting.length === 1 ? [] : [`${at}: fits ${fitting.length} of ${choices.length} choices`];
  },
};

function isOf(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isOf(value, "object") ? Object.entries(value as object) : [];
}
