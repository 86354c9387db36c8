/**
 * Counts what an application on one machine does through its ports, as the requests that it would be on AWS. Counting must
 * cost next to nothing: numbers go up, nothing is allocated, no promise is waited for.
 */
import type { BlockStore, Item, ItemKey, Table } from "../ports/index.js";
import type { RequestUsage } from "./prices.js";

class Operation {
  requests = 0;
  requestBytes = 0;
  responseBytes = 0;

  add(bytes = 0): void {
    this.requests += 1;
    this.requestBytes += bytes;
  }
}

/** An item's attribute names and what is not bytes or text, roughly. */
const ITEM_OVERHEAD_BYTES = 100;

/** Scratch of small batches stays in the memory of one executor on AWS. */
const SCRATCH = "/sh/";

export class RequestMeter {
  readonly #s3 = { PutObject: new Operation(), GetObject: new Operation(), ListObjectsV2: new Operation() };
  readonly #dynamodb = {
    GetItem: new Operation(),
    Query: new Operation(),
    PutItem: new Operation(),
    UpdateItem: new Operation(),
    DeleteItem: new Operation(),
  };

  /** What has been counted so far, as plain data. */
  snapshot(): RequestUsage {
    return { s3: copyOf(this.#s3), dynamodb: copyOf(this.#dynamodb) };
  }

  /** The store, counted. */
  blocks(inner: BlockStore): BlockStore {
    const { PutObject, GetObject, ListObjectsV2 } = this.#s3;
    const get = (name: string): void => {
      if (!name.includes(SCRATCH)) GetObject.add();
    };
    const put = (name: string): void => {
      if (!name.includes(SCRATCH)) PutObject.add();
    };
    return {
      get(name) {
        get(name);
        return inner.get(name);
      },
      getRange(name, start, end) {
        get(name);
        return inner.getRange(name, start, end);
      },
      put(name, bytes) {
        put(name);
        return inner.put(name, bytes);
      },
      putIfAbsent(name, bytes) {
        put(name);
        return inner.putIfAbsent(name, bytes);
      },
      // Deleting objects is free.
      delete: (names) => inner.delete(names),
      list(prefix) {
        ListObjectsV2.add();
        return inner.list(prefix);
      },
    };
  }

  /** The table, counted. */
  table(inner: Table): Table {
    const { GetItem, Query, PutItem, UpdateItem, DeleteItem } = this.#dynamodb;
    return {
      get(key) {
        GetItem.add();
        return inner.get(key);
      },
      putIfAbsent(key, item) {
        PutItem.add(sizeOf(item));
        return inner.putIfAbsent(key, item);
      },
      update(key, set, when) {
        UpdateItem.add(sizeOf(set));
        return inner.update(key, set, when);
      },
      delete(keys: readonly ItemKey[]) {
        for (let i = 0; i < keys.length; i++) DeleteItem.add();
        return inner.delete(keys);
      },
      query(partition, prefix) {
        Query.add();
        return inner.query(partition, prefix);
      },
    };
  }
}

/** What has come to be between two snapshots of one meter. */
export function usageBetween(earlier: RequestUsage, later: RequestUsage): RequestUsage {
  return mapUsage(later, (service, operation, usage) => {
    const before = earlier[service]?.[operation];
    return {
      requests: usage.requests - (before?.requests ?? 0),
      requestBytes: usage.requestBytes - (before?.requestBytes ?? 0),
      responseBytes: usage.responseBytes - (before?.responseBytes ?? 0),
    };
  });
}

type Usage = RequestUsage[string][string];

function mapUsage(usage: RequestUsage, map: (service: string, operation: string, usage: Usage) => Usage): RequestUsage {
  return Object.fromEntries(
    Object.entries(usage).map(([service, operations]) => [
      service,
      Object.fromEntries(Object.entries(operations).map(([name, own]) => [name, map(service, name, own)])),
    ]),
  );
}

function copyOf(operations: Readonly<Record<string, Operation>>): Readonly<Record<string, Usage>> {
  return Object.fromEntries(Object.entries(operations).map(([name, usage]) => [name, { ...usage }]));
}

function sizeOf(item: Item): number {
  let bytes = ITEM_OVERHEAD_BYTES;
  for (const name in item) {
    const value = item[name];
    if (typeof value === "string") bytes += value.length;
    else if (value instanceof Uint8Array) bytes += value.byteLength;
  }
  return bytes;
}
