import { CheckpointError } from "../errors/index.js";
import type { BlockStore } from "../ports/index.js";
import { type DataRef, inline } from "../rdd/index.js";
import { together } from "../rules/index.js";

/** The bytes that a reference means. @throws {CheckpointError} when the object is gone. */
export async function load(blocks: BlockStore, ref: DataRef): Promise<Uint8Array> {
  if (ref.type === "inline") return ref.bytes;
  const bytes = await blocks.getRange(ref.name, ref.start, ref.end);
  if (bytes !== undefined) return bytes;
  throw new CheckpointError(`Object ${ref.name} is not there any more.`, { object: ref.name });
}

/** The same for several, in their order: what travels with the references is at hand and not waited for. */
export function loadAll(blocks: BlockStore, refs: readonly DataRef[]): Uint8Array[] | Promise<Uint8Array[]> {
  const inlined: Uint8Array[] = [];
  for (const ref of refs) if (ref.type === "inline") inlined.push(ref.bytes);
  return inlined.length === refs.length ? inlined : together(refs.map((ref) => load(blocks, ref)));
}

/**
 * Makes parts available to others: inline in the reply while they are small together, else in one object, each part a
 * range of it, because requests cost more than bytes.
 */
export function publish(
  blocks: BlockStore,
  name: () => string,
  parts: readonly (Uint8Array | undefined)[],
  inlineBytes: number,
): readonly (DataRef | undefined)[] | Promise<readonly (DataRef | undefined)[]> {
  const total = parts.reduce((sum, part) => sum + (part?.byteLength ?? 0), 0);
  return total <= inlineBytes ? parts.map((part) => part && inline(part)) : store(blocks, name(), parts);
}

async function store(
  blocks: BlockStore,
  object: string,
  parts: readonly (Uint8Array | undefined)[],
): Promise<readonly (DataRef | undefined)[]> {
  let start = 0;
  const refs = parts.map((part): DataRef | undefined => {
    if (part === undefined) return undefined;
    const ref: DataRef = { type: "object", name: object, start, end: start + part.byteLength };
    start = ref.end;
    return ref;
  });
  await blocks.put(object, Buffer.concat(parts.filter((part) => part !== undefined)));
  return refs;
}
