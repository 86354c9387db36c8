import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  BatchWriteItemCommand,
  type ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateItemCommand,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { IllegalArgumentError, ThrottledError, UnknownOutcomeError, ValueTooLargeError } from "../errors/index.js";
import type { Clock, Condition, Item, ItemKey, PutOutcome, Table, UpdateOutcome } from "../ports/index.js";
import { checkItem } from "../rules/index.js";
import { SystemClock } from "../system/index.js";
import { type Attributes, fromAttributes, toAttribute, toAttributes } from "./attributes.js";
import { DELETE_PATIENCE_MILLIS, FIRST_DELETE_PAUSE_MILLIS, MAX_BATCH_WRITE_ITEMS } from "./limits.js";
import { attemptsOf, errorMessage, errorName, isThrottle, mayHaveBeenApplied } from "./service-errors.js";

/** Attributes of the key. */
const PARTITION = "pk";
const SORT = "sk";

/**
 * Attributes that say which call created the item, and which updated it last. An answer can be lost after the write was applied;
 * then the SDK sends it again, and its own first write makes the condition fail. Only such a mark tells that from defeat.
 */
const CREATED_BY = "~c";
const UPDATED_BY = "~u";

export interface DynamoTableOptions {
  /** For the pauses between attempts; default the machine's. */
  readonly clock?: Clock;
}

/**
 * A DynamoDB table with the key attributes `pk` and `sk`, both strings.
 *
 * A conditional write returns what happened, also when answers were lost on the way; where nobody can know it any more,
 * because others have written since, it throws an {@link UnknownOutcomeError} and never guesses.
 *
 * @example
 * const table = new DynamoTable(awsClients().dynamodb, "word-count");
 * await table.update({ partition: "job", sort: "head" }, { owner: "me" }, { owner: undefined });
 */
export class DynamoTable implements Table {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Clock;

  constructor(client: DynamoDBClient, tableName: string, options: DynamoTableOptions = {}) {
    this.#client = client;
    this.#table = tableName;
    this.#clock = options.clock ?? new SystemClock();
  }

  async get(key: ItemKey): Promise<Item | undefined> {
    const stored = await this.#read(key);
    return stored && itemOf(stored);
  }

  async putIfAbsent(key: ItemKey, item: Item): Promise<PutOutcome> {
    check(item);
    const call = randomUUID();
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: { ...toAttributes(item), ...keyOf(key), [CREATED_BY]: { S: call } },
      ConditionExpression: "attribute_not_exists(#pk)",
      ExpressionAttributeNames: { "#pk": PARTITION },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    for (;;) {
      const write = await this.#write(key, [CREATED_BY, call], () => this.#client.send(command));
      if (write.applied) return { created: true };
      if (write.stored !== undefined) return { created: false, existing: itemOf(write.stored) };
      if (write.uncertain) throw unknownOutcome(key);
      // It was deleted before anybody could look: now there is none.
    }
  }

  async update(key: ItemKey, set: Item, when: Condition): Promise<UpdateOutcome> {
    check(set);
    const call = randomUUID();
    const expression = new Expression();
    const assignments = [...Object.entries(set), [UPDATED_BY, call] as const].map(
      ([name, value]) => `${expression.name(name)} = ${expression.value(toAttribute(value))}`,
    );
    const conditions = Object.entries(when).map(([name, value]) =>
      value === undefined
        ? `attribute_not_exists(${expression.name(name)})`
        : `${expression.name(name)} = ${expression.value(toAttribute(value))}`,
    );
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: keyOf(key),
      UpdateExpression: `SET ${assignments.join(", ")}`,
      ...(conditions.length > 0 && { ConditionExpression: conditions.join(" AND ") }),
      ExpressionAttributeNames: expression.names,
      ExpressionAttributeValues: expression.values,
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    const write = await this.#write(key, [UPDATED_BY, call], () => this.#client.send(command));
    if (write.applied) return { updated: true, item: itemOf(write.stored ?? {}) };
    // Another write came after: whether ours had been there before it, the item does not tell.
    if (write.uncertain) throw unknownOutcome(key);
    return { updated: false, item: write.stored && itemOf(write.stored) };
  }

  async delete(keys: readonly ItemKey[]): Promise<void> {
    // One request must not name a key twice.
    const unique = [...new Map(keys.map((key) => [JSON.stringify([key.partition, key.sort]), key])).values()];
    for (let start = 0; start < unique.length; start += MAX_BATCH_WRITE_ITEMS) {
      await this.#deleteBatch(unique.slice(start, start + MAX_BATCH_WRITE_ITEMS));
    }
  }

  async query(partition: string, prefix: string): Promise<readonly { readonly key: ItemKey; readonly item: Item }[]> {
    const expression = new Expression();
    const conditions = [`${expression.name(PARTITION)} = ${expression.value({ S: partition })}`];
    // A key attribute is never empty, and neither may be what it is compared with.
    if (prefix !== "") conditions.push(`begins_with(${expression.name(SORT)}, ${expression.value({ S: prefix })})`);
    const found: { key: ItemKey; item: Item }[] = [];
    let from: Attributes | undefined;
    do {
      const page: QueryCommandOutput = await this.#attempt(() =>
        this.#client.send(
          new QueryCommand({
            TableName: this.#table,
            ConsistentRead: true,
            KeyConditionExpression: conditions.join(" AND "),
            ExpressionAttributeNames: expression.names,
            ExpressionAttributeValues: expression.values,
            ...(from !== undefined && { ExclusiveStartKey: from }),
          }),
        ),
      );
      for (const stored of page.Items ?? []) {
        found.push({ key: { partition, sort: stored[SORT]?.S ?? "" }, item: itemOf(stored) });
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return found;
  }

  async #read(key: ItemKey): Promise<Attributes | undefined> {
    const command = new GetItemCommand({ TableName: this.#table, Key: keyOf(key), ConsistentRead: true });
    return (await this.#attempt(() => this.#client.send(command))).Item;
  }

  /**
   * A conditional write: applied, or refused by its condition. After an answer that was lost the item itself tells, by the
   * call's mark. @throws when the write failed, or may yet be applied.
   */
  async #write(
    key: ItemKey,
    [mark, call]: readonly [attribute: string, call: string],
    send: () => Promise<{ readonly Attributes?: Attributes | undefined }>,
  ): Promise<Write> {
    try {
      return { applied: true, stored: (await send()).Attributes };
    } catch (error) {
      const refused = isRefused(error);
      if (!refused && !mayHaveBeenApplied(error)) throw this.#failure(error);
      // DynamoDB sends the item with its refusal, if there is one; emulators do not.
      const seen = refused ? error.Item : undefined;
      const stored = seen ?? (await this.#read(key));
      if (stored?.[mark]?.S === call) return { applied: true, stored };
      if (!refused) throw this.#failure(error);
      return { applied: false, stored, uncertain: attemptsOf(error) > 1 };
    }
  }

  async #deleteBatch(keys: readonly ItemKey[]): Promise<void> {
    let left: readonly WriteRequest[] = keys.map((key) => ({ DeleteRequest: { Key: keyOf(key) } }));
    const patience = this.#clock.monotonic() + DELETE_PATIENCE_MILLIS;
    for (let pause = FIRST_DELETE_PAUSE_MILLIS; left.length > 0; pause *= 2) {
      const command = new BatchWriteItemCommand({ RequestItems: { [this.#table]: [...left] } });
      const reply = await this.#attempt(() => this.#client.send(command));
      left = reply.UnprocessedItems?.[this.#table] ?? [];
      if (left.length === 0) return;
      if (this.#clock.monotonic() + pause > patience) {
        throw new ThrottledError(`Table ${this.#table} leaves deletions undone.`, { table: this.#table });
      }
      await this.#clock.sleep(pause);
    }
  }

  async #attempt<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** The error in the port's terms. */
  #failure(error: unknown): unknown {
    const details = { table: this.#table };
    if (isThrottle(error)) {
      return new ThrottledError(`Table ${this.#table} refuses calls: ${errorMessage(error)}`, details, error);
    }
    if (errorName(error) === "ValidationException" && /item size/i.test(errorMessage(error))) {
      return new ValueTooLargeError(`Table ${this.#table}: ${errorMessage(error)}`, details);
    }
    return error;
  }
}

type Write =
  | { readonly applied: true; readonly stored: Attributes | undefined }
  | {
      readonly applied: false;
      readonly stored: Attributes | undefined;
      /** True when an earlier attempt may have been applied, and overwritten since. */
      readonly uncertain: boolean;
    };

/** Placeholders, because names may be reserved words. */
class Expression {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};

  name(name: string): string {
    const placeholder = `#n${Object.keys(this.names).length}`;
    this.names[placeholder] = name;
    return placeholder;
  }

  value(value: AttributeValue): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }
}

function keyOf({ partition, sort }: ItemKey): Attributes {
  return { [PARTITION]: { S: partition }, [SORT]: { S: sort } };
}

function itemOf(stored: Attributes): Item {
  const { [PARTITION]: _partition, [SORT]: _sort, [CREATED_BY]: _created, [UPDATED_BY]: _updated, ...own } = stored;
  return fromAttributes(own);
}

function check(item: Item): void {
  const taken = [PARTITION, SORT, CREATED_BY, UPDATED_BY].find((name) => name in item);
  if (taken !== undefined) {
    throw new IllegalArgumentError(`An item cannot have an attribute ${taken}: the table uses it itself.`, {
      name: taken,
    });
  }
  checkItem(item);
}

function isRefused(error: unknown): error is ConditionalCheckFailedException {
  return errorName(error) === "ConditionalCheckFailedException";
}

function unknownOutcome({ partition, sort }: ItemKey): UnknownOutcomeError {
  return new UnknownOutcomeError(
    `Nobody knows whether a write to ${partition} / ${sort} was done: its answer was lost, and others have written since.`,
    { partition, sort },
  );
}
