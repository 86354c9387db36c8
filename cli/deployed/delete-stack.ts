/** Deleting a stack, and what CloudFormation says meanwhile. */
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  GetTemplateCommand,
  paginateListStackResources,
  type StackEvent,
} from "@aws-sdk/client-cloudformation";
import { DeploymentError } from "../../shared/errors/index.js";
import type { Clock } from "../../shared/ports/index.js";
import type { StackTemplate } from "./data-fate.js";
import { describeStacks } from "./find-application.js";

/** Pause between two looks, milliseconds. */
const LOOK_EVERY_MILLIS = 2000;

export class StackToDelete {
  readonly #client = new CloudFormationClient();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** An empty one when it is not JSON. */
  async template(): Promise<StackTemplate> {
    const { TemplateBody = "{}" } = await this.#client.send(new GetTemplateCommand({ StackName: this.#name }));
    try {
      return JSON.parse(TemplateBody) as StackTemplate;
    } catch {
      return {};
    }
  }

  /** Logical ids of its resources, by their real names. */
  async logicalIds(): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    for await (const page of paginateListStackResources({ client: this.#client }, { StackName: this.#name })) {
      for (const { PhysicalResourceId = "", LogicalResourceId = "" } of page.StackResourceSummaries ?? []) {
        ids.set(PhysicalResourceId, LogicalResourceId);
      }
    }
    return ids;
  }

  /**
   * Resolves when the stack is gone.
   * @throws {DeploymentError} with what could not be deleted.
   */
  async delete(clock: Clock, say: (line: string) => void): Promise<void> {
    const [stack] = await describeStacks(this.#client, this.#name);
    const id = stack?.StackId ?? this.#name;
    const since = await this.#events(id);
    const known = new Set(since.map(({ EventId }) => EventId));
    await this.#client.send(new DeleteStackCommand({ StackName: this.#name }));
    for (;;) {
      await clock.sleep(LOOK_EVERY_MILLIS);
      const status = await this.#status(id);
      const events = (await this.#events(id)).filter(({ EventId }) => !known.has(EventId)).reverse();
      for (const event of events) {
        known.add(event.EventId);
        if (!/IN_PROGRESS/.test(String(event.ResourceStatus))) say(eventText(event));
      }
      if (status === "DELETE_COMPLETE") return;
      if (status === "DELETE_FAILED") {
        throw new DeploymentError(
          `Stack ${this.#name} is not deleted altogether; above it says what is in the way. Mend that and give the command again.`,
          { stack: this.#name },
        );
      }
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #status(id: string): Promise<string> {
    try {
      return (await describeStacks(this.#client, id))[0]?.StackStatus ?? "DELETE_COMPLETE";
    } catch (error) {
      // Some endpoints forget deleted stacks at once.
      if (error instanceof DeploymentError) return "DELETE_COMPLETE";
      throw error;
    }
  }

  /** The newest page: enough to see what goes on. */
  async #events(id: string): Promise<readonly StackEvent[]> {
    try {
      return (await this.#client.send(new DescribeStackEventsCommand({ StackName: id }))).StackEvents ?? [];
    } catch {
      return [];
    }
  }
}

function eventText({ ResourceStatus, ResourceType = "", LogicalResourceId, ResourceStatusReason }: StackEvent): string {
  const reason = ResourceStatusReason === undefined ? "" : `: ${ResourceStatusReason}`;
  return `  ${String(ResourceStatus).padEnd(18)} ${ResourceType.padEnd(36)} ${LogicalResourceId}${reason}`;
}
