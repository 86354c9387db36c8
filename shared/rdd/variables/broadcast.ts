import { createHash } from "node:crypto";
import { decode, encode } from "../../codec/index.js";
import { IllegalStateError } from "../../errors/index.js";
import type { BroadcastRef } from "../shared-data.js";
import { currentScope } from "./scope.js";

/** Values kept in memory: that of the batch that runs, and that of the outputs of the one before. */
const MAX_KEPT = 2;

/** A value as it travels. */
export interface EncodedValue {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

/**
 * A read-only value that every executor gets once, however many tasks use it. Made by `ssc.broadcast`. It is the same for
 * all attempts at a batch; {@link update} changes it from the next batch on.
 */
export class Broadcast<T> {
  /** The same in every process and after a restart. */
  readonly name: string;
  readonly #initial: T | (() => T);
  #encodedInitial: EncodedValue | undefined;
  #pending: EncodedValue | undefined;
  /** Value outside of batches: the newest this process knows of. */
  #latest: { readonly value: T } | undefined;
  readonly #kept = new Map<string, T>();

  /** @internal Broadcast variables come from `ssc.broadcast`. */
  constructor(name: string, initial: T | (() => T)) {
    this.name = name;
    this.#initial = initial;
  }

  /** The value: in functions and bodies that of their batch, elsewhere the newest. Do not change what is in it. */
  get value(): T {
    const scope = currentScope();
    if (scope?.broadcasts.has(this.name)) return scope.broadcasts.get(this.name) as T;
    if (this.#latest === undefined) this.#latest = { value: decode(this.initial().bytes) as T };
    return this.#latest.value;
  }

  /**
   * Changes the value, on the driver: in a `step` of a `foreachRDD` body, or anywhere in the program that started the
   * context. Batches that are planned from now on have the new value, and so has a recovered application.
   * @throws {IllegalStateError} in functions that run on executors.
   * @throws {NotSerializableError} for a value that cannot travel.
   * @example
   * stream.foreachRDD(async (_rdd, time, { step }) => {
   *   if (time.isMultipleOf(minutes(10))) await step("rules", async () => rules.update(await loadRules()));
   * });
   */
  update(value: T): void {
    const role = currentScope()?.role;
    if (role === "replay") return;
    if (role === "task") {
      throw new IllegalStateError(`Broadcast variable "${this.name}" can be updated on the driver only.`);
    }
    this.#pending = encoded(value);
    this.#latest = { value: decode(this.#pending.bytes) as T };
  }

  /** @internal The value that the program gave. */
  initial(): EncodedValue {
    if (this.#encodedInitial === undefined) {
      const value = typeof this.#initial === "function" ? (this.#initial as () => T)() : this.#initial;
      this.#encodedInitial = encoded(value);
    }
    return this.#encodedInitial;
  }

  /** @internal True when the value was given itself, so that another one means that the program was changed. */
  get isLiteral(): boolean {
    return typeof this.#initial !== "function";
  }

  /** @internal The update that has not been planned with yet. */
  get pending(): EncodedValue | undefined {
    return this.#pending;
  }

  /** @internal The update is safe under a name now. */
  planned(update: EncodedValue): void {
    if (this.#pending === update) this.#pending = undefined;
  }

  /** @internal What the value is when nobody says otherwise. */
  recovered(value: T): void {
    if (this.#pending === undefined) this.#latest = { value };
  }

  /** @internal The value that a reference means, fetched once. */
  async load(ref: BroadcastRef, fetch: () => Promise<Uint8Array>): Promise<T> {
    if (!this.#kept.has(ref.hash)) {
      const value = decode(await fetch()) as T;
      this.#kept.set(ref.hash, value);
      for (const oldest of this.#kept.keys()) if (this.#kept.size > MAX_KEPT) this.#kept.delete(oldest);
      return value;
    }
    return this.#kept.get(ref.hash) as T;
  }
}

function encoded(value: unknown): EncodedValue {
  const bytes = encode(value);
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex") };
}
