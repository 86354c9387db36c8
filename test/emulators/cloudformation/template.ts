/** A CloudFormation template, and what its intrinsic functions come to. Pure. */

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: string }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  readonly Outputs?: Readonly<
    Record<string, { Value: unknown; Description?: string; Condition?: string; Export?: { Name: unknown } }>
  >;
}

/** What references come to. */
export interface Scope {
  readonly template: Template;
  /** Parameters and pseudo parameters. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** `Ref` of a resource; `undefined` when it has not been made. */
  ref(logicalId: string): unknown;
  /** `Fn::GetAtt` of a resource. */
  attribute(logicalId: string, name: string): unknown;
}

/** Stands for `AWS::NoValue`: the property is not there. */
const NO_VALUE = Symbol("AWS::NoValue");

/** Raised for what a template says and this emulator (or CloudFormation) does not know. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

/** A value with all intrinsic functions in it done. */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (
    entries.length === 1 &&
    name !== undefined &&
    (name === "Ref" || name === "Condition" || name.startsWith("Fn::"))
  ) {
    // A property may be called "Condition" too (in IAM policies): then it holds an object.
    if (name !== "Condition" || typeof argument === "string") return intrinsic(name, argument, scope);
  }
  const resolved = entries.map(([key, item]) => [key, resolve(item, scope)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
}

/** Whether a named condition of the template holds. */
export function holds(condition: string | undefined, scope: Scope): boolean {
  if (condition === undefined) return true;
  const definition = scope.template.Conditions?.[condition];
  if (definition === undefined) throw new TemplateError(`Template error: unresolved condition ${condition}`);
  return resolve(definition, scope) === true;
}

function intrinsic(name: string, argument: unknown, scope: Scope): unknown {
  if (name === "Ref") return reference(String(argument), scope);
  if (name === "Condition") return holds(String(argument), scope);
  if (name === "Fn::If") {
    const [condition, yes, no] = argument as [string, unknown, unknown];
    return resolve(holds(condition, scope) ? yes : no, scope);
  }
  if (name === "Fn::GetAtt") {
    const path = typeof argument === "string" ? argument.split(".") : (argument as string[]);
    return scope.attribute(
      String(path[0]),
      path
        .slice(1)
        .map((part) => String(resolve(part, scope)))
        .join("."),
    );
  }
  if (name === "Fn::Sub") return substitute(argument, scope);
  return apply(name, resolve(argument, scope), scope);
}

function apply(name: string, argument: unknown, scope: Scope): unknown {
  const list = argument as unknown[];
  switch (name) {
    case "Fn::Join":
      return (list[1] as unknown[]).map(String).join(String(list[0]));
    case "Fn::Select":
      return (list[1] as unknown[])[Number(list[0])];
    case "Fn::Split":
      return String(list[1]).split(String(list[0]));
    case "Fn::Base64":
      return Buffer.from(String(argument)).toString("base64");
    case "Fn::Equals":
      return JSON.stringify(list[0]) === JSON.stringify(list[1]);
    case "Fn::And":
      return list.every((item) => item === true);
    case "Fn::Or":
      return list.some((item) => item === true);
    case "Fn::Not":
      return list[0] !== true;
    case "Fn::FindInMap":
      return scope.template.Mappings?.[String(list[0])]?.[String(list[1])]?.[String(list[2])];
    case "Fn::GetAZs":
      return ["a", "b", "c"].map((zone) => `${String(scope.parameters["AWS::Region"])}${zone}`);
    default:
      throw new TemplateError(`Template error: ${name} is not supported by this emulator`);
  }
}

function reference(name: string, scope: Scope): unknown {
  if (name === "AWS::NoValue") return NO_VALUE;
  if (Object.hasOwn(scope.parameters, name)) return scope.parameters[name];
  return scope.ref(name);
}

function substitute(argument: unknown, scope: Scope): string {
  const [text, given] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
  return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal === "!") return `\${${name}}`;
    if (Object.hasOwn(given, name)) return String(resolve(given[name], scope));
    if (name.includes(".")) return String(intrinsic("Fn::GetAtt", name, scope));
    return String(reference(name, scope));
  });
}

/** Logical ids of the resources that a value refers to. */
export function referencesIn(value: unknown, template: Template): readonly string[] {
  const found = new Set<string>();
  const add = (id: unknown): void => {
    if (typeof id === "string" && Object.hasOwn(template.Resources, id)) found.add(id);
  };
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      if (key === "Ref") add(child);
      if (key === "Fn::GetAtt") add(typeof child === "string" ? child.split(".")[0] : (child as unknown[])[0]);
      if (key === "Fn::Sub") {
        const text = String(Array.isArray(child) ? child[0] : child);
        for (const [, name] of text.matchAll(/\$\{([^!}.]+)(?:\.[^}]*)?\}/g)) add(name);
      }
      walk(child);
    }
  };
  walk(value);
  return [...found];
}

/** Logical ids in an order in which each comes after what it depends on. @throws {TemplateError} for circles. */
export function inOrder(template: Template): readonly string[] {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (id: string): void => {
    if (done.has(id)) return;
    if (open.has(id)) throw new TemplateError(`Circular dependency between resources: [${[...open].join(", ")}]`);
    open.add(id);
    const resource = template.Resources[id];
    for (const other of [...[resource?.DependsOn ?? []].flat(), ...referencesIn(resource?.Properties, template)])
      visit(other);
    open.delete(id);
    done.add(id);
  };
  for (const id of Object.keys(template.Resources)) visit(id);
  return [...done];
}
