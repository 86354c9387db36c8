import { IllegalStateError } from "../errors/index.js";
import type { BlockStore, CreateOutcome } from "../ports/index.js";
import { compareUtf8 } from "../rules/index.js";

/**
 * Objects in memory. Bytes are copied on their way in and out, so nobody can depend on sharing them; writing other bytes
 * under a name that exists is an error, because names are never reused.
 */
export class MemoryBlockStore implements BlockStore {
  private readonly objects = new Map<string, Uint8Array>();

  async get(name: string): Promise<Uint8Array | undefined> {
    return this.objects.get(name)?.slice();
  }

  async getRange(name: string, start: number, end: number): Promise<Uint8Array | undefined> {
    return this.objects.get(name)?.slice(start, Math.max(start, end));
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const existing = this.objects.get(name);
    // The same bytes again are a client that repeats a request whose reply was lost.
    if (existing !== undefined && Buffer.compare(existing, bytes) !== 0) {
      throw new IllegalStateError(`Block ${name} exists with other bytes: names are never reused.`, { name });
    }
    this.objects.set(name, Uint8Array.from(bytes));
  }

  async putIfAbsent(name: string, bytes: Uint8Array): Promise<CreateOutcome> {
    if (this.objects.has(name)) return "exists";
    this.objects.set(name, Uint8Array.from(bytes));
    return "created";
  }

  async delete(names: readonly string[]): Promise<void> {
    for (const name of names) this.objects.delete(name);
  }

  async list(prefix: string): Promise<readonly string[]> {
    return [...this.objects.keys()].filter((name) => name.startsWith(prefix)).sort(compareUtf8);
  }
}
