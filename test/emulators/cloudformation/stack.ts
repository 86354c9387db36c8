/** A stack: the resources that a template's came to, and what happened to them. */
import type { MadeResource, ResourceKind, ResourceWorld } from "./resource-kind.js";
import { holds, inOrder, resolve, type Scope, type Template, type TemplateResource } from "./template.js";

export interface StackEvent {
  readonly EventId: string;
  readonly StackId: string;
  readonly StackName: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
  readonly ResourceStatus: string;
  readonly ResourceStatusReason?: string;
  readonly Timestamp: Date;
}

/** A resource as it is there now. */
export interface StackResource {
  readonly type: string;
  readonly made: MadeResource;
  /** Resolved properties it was made of. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly retain: boolean;
  readonly status: string;
  readonly changed: Date;
}

/** What a stack is made in. */
export interface StackEnvironment {
  readonly account: string;
  readonly region: string;
  readonly world: ResourceWorld;
  kindOf(type: string): ResourceKind | undefined;
  /** Takes what is not known for the record. */
  unknown: ResourceKind;
  parameterStore: ReadonlyMap<string, string>;
  log(message: string): void;
}

export class Stack {
  readonly id: string;
  readonly name: string;
  readonly created = new Date();
  status = "REVIEW_IN_PROGRESS";
  statusReason: string | undefined;
  template: Template = { Resources: {} };
  templateText = "{}";
  parameters: Readonly<Record<string, string>> = {};
  tags: readonly Readonly<Record<string, string>>[] = [];
  roleArn: string | undefined;
  outputs: { OutputKey: string; OutputValue: string; Description?: string; ExportName?: string }[] = [];
  readonly events: StackEvent[] = [];
  readonly resources = new Map<string, StackResource>();
  readonly #environment: StackEnvironment;
  /** Resources whose replacement was made: the old ones go at the end. */
  #outdated: [string, StackResource][] = [];

  constructor(name: string, environment: StackEnvironment, unique: string) {
    this.name = name;
    this.#environment = environment;
    this.id = `arn:aws:cloudformation:${environment.region}:${environment.account}:stack/${name}/${unique}`;
  }

  get isThere(): boolean {
    return this.status !== "DELETE_COMPLETE";
  }

  /** Brings the resources to what the template says. Does not throw: the status tells how it ended. */
  async deploy(template: Template, text: string, parameters: Readonly<Record<string, string>>): Promise<void> {
    const verb = this.status === "REVIEW_IN_PROGRESS" ? "CREATE" : "UPDATE";
    this.#setStatus(`${verb}_IN_PROGRESS`, "User Initiated");
    this.template = template;
    this.templateText = text;
    this.parameters = parameters;
    const scope = this.#scope();
    const madeNow: string[] = [];
    try {
      const wanted = inOrder(template).filter((id) => holds(template.Resources[id]?.Condition, scope));
      for (const id of wanted) {
        if (!this.resources.has(id)) madeNow.push(id);
        await this.#bring(id, template.Resources[id] as TemplateResource, scope);
      }
      await this.#removeAllBut(new Set(wanted));
      this.outputs = this.#outputsOf(scope);
      this.#setStatus(`${verb}_COMPLETE`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#environment.log(`stack ${this.name}: ${reason}`);
      await this.#rollBack(verb, madeNow, reason);
    }
  }

  /** Deletes the resources but those to be retained. */
  async delete(): Promise<void> {
    this.#setStatus("DELETE_IN_PROGRESS", "User Initiated");
    try {
      await this.#removeAllBut(new Set());
      this.#setStatus("DELETE_COMPLETE");
    } catch (error) {
      this.#setStatus("DELETE_FAILED", error instanceof Error ? error.message : String(error));
    }
  }

  async #bring(id: string, resource: TemplateResource, scope: Scope): Promise<void> {
    const { world, log } = this.#environment;
    const known = this.#environment.kindOf(resource.Type);
    if (known === undefined) log(`stack ${this.name}: ${id} is a ${resource.Type}, which is only recorded here`);
    const kind = known ?? this.#environment.unknown;
    const properties = (resolve(resource.Properties ?? {}, scope) ?? {}) as Readonly<Record<string, unknown>>;
    const retain = (resource.DeletionPolicy ?? "Delete").startsWith("Retain");
    const old = this.resources.get(id);
    const verb = old === undefined ? "CREATE" : "UPDATE";
    const context = { ...world, stackName: this.name, stackId: this.id, logicalId: id, type: resource.Type };
    if (old !== undefined && JSON.stringify(old.properties) === JSON.stringify(properties)) {
      this.resources.set(id, { ...old, retain });
      return;
    }
    this.#event(id, resource.Type, old?.made.id ?? "", `${verb}_IN_PROGRESS`);
    try {
      const made =
        old === undefined
          ? await kind.create(properties, context)
          : await (kind.update ?? kind.create)(properties, context, old.made);
      if (old !== undefined && old.made.id !== made.id) this.#outdated.push([id, old]);
      this.resources.set(id, {
        type: resource.Type,
        made,
        properties,
        retain,
        status: `${verb}_COMPLETE`,
        changed: new Date(),
      });
      const reason = known === undefined ? "Not known to this emulator: recorded only" : undefined;
      this.#event(id, resource.Type, made.id, `${verb}_COMPLETE`, reason);
    } catch (error) {
      this.#event(id, resource.Type, "", `${verb}_FAILED`, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Removes what is not kept, in the reverse order of its making. */
  async #removeAllBut(kept: ReadonlySet<string>): Promise<void> {
    for (const [id, resource] of this.#outdated.splice(0)) await this.#remove(id, resource);
    for (const [id, resource] of [...this.resources].reverse()) {
      if (kept.has(id)) continue;
      await this.#remove(id, resource);
      this.resources.delete(id);
    }
  }

  async #remove(id: string, { type, made, retain, properties }: StackResource): Promise<void> {
    if (retain) return this.#event(id, type, made.id, "DELETE_SKIPPED");
    this.#event(id, type, made.id, "DELETE_IN_PROGRESS");
    const kind = this.#environment.kindOf(type) ?? this.#environment.unknown;
    const context = { ...this.#environment.world, stackName: this.name, stackId: this.id, logicalId: id, type };
    await kind.delete?.(made, context, properties);
    this.#event(id, type, made.id, "DELETE_COMPLETE");
  }

  async #rollBack(verb: string, madeNow: readonly string[], reason: string): Promise<void> {
    if (verb === "UPDATE") {
      this.#setStatus("UPDATE_ROLLBACK_FAILED", `${reason} (this emulator does not roll updates back)`);
      return;
    }
    this.#setStatus("ROLLBACK_IN_PROGRESS", reason);
    for (const id of [...madeNow].reverse()) {
      const resource = this.resources.get(id);
      if (resource === undefined) continue;
      // Nothing is retained of what a failed creation has made.
      await this.#remove(id, { ...resource, retain: false }).catch(() => {});
      this.resources.delete(id);
    }
    this.#setStatus("ROLLBACK_COMPLETE");
  }

  #scope(): Scope {
    const { account, region, parameterStore } = this.#environment;
    const parameters: Record<string, unknown> = {
      "AWS::AccountId": account,
      "AWS::Region": region,
      "AWS::Partition": "aws",
      "AWS::URLSuffix": "amazonaws.com",
      "AWS::StackName": this.name,
      "AWS::StackId": this.id,
      "AWS::NotificationARNs": [],
    };
    for (const [name, { Type, Default }] of Object.entries(this.template.Parameters ?? {})) {
      const value = this.parameters[name] ?? Default;
      parameters[name] = Type.startsWith("AWS::SSM::Parameter::Value") ? parameterStore.get(String(value)) : value;
    }
    const resourceOf = (id: string): StackResource => {
      const resource = this.resources.get(id);
      if (resource === undefined) throw new Error(`Template error: no resource or parameter ${id}`);
      return resource;
    };
    return {
      template: this.template,
      parameters,
      ref: (id) => resourceOf(id).made.ref ?? resourceOf(id).made.id,
      attribute(id, name) {
        const { made, type } = resourceOf(id);
        const value = made.attributes[name];
        if (value === undefined) throw new Error(`Template error: resource ${id} (${type}) has no attribute ${name}`);
        return value;
      },
    };
  }

  #outputsOf(scope: Scope): Stack["outputs"] {
    return Object.entries(this.template.Outputs ?? {})
      .filter(([, output]) => holds(output.Condition, scope))
      .map(([key, { Value, Description, Export }]) => ({
        OutputKey: key,
        OutputValue: String(resolve(Value, scope)),
        ...(Description === undefined ? {} : { Description }),
        ...(Export === undefined ? {} : { ExportName: String(resolve(Export.Name, scope)) }),
      }));
  }

  #setStatus(status: string, reason?: string): void {
    this.status = status;
    this.statusReason = reason;
    this.#event(this.name, "AWS::CloudFormation::Stack", this.id, status, reason);
  }

  #event(id: string, type: string, physicalId: string, status: string, reason?: string): void {
    this.events.push({
      EventId: `${id}-${this.events.length}`,
      StackId: this.id,
      StackName: this.name,
      LogicalResourceId: id,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      ResourceStatus: status,
      ...(reason === undefined ? {} : { ResourceStatusReason: reason }),
      Timestamp: this.#nextTime(),
    });
  }

  /** No two events have the same time: readers sort by it. */
  #nextTime(): Date {
    const last = this.events.at(-1)?.Timestamp.getTime() ?? 0;
    return new Date(Math.max(Date.now(), last + 1));
  }
}
