import { CheckpointError } from "../errors/index.js";
import type { BlockStore } from "../ports/index.js";
import { inScope, type ScopeRole, type SharedData, type Updates } from "../rdd/index.js";
import type { StreamGraph } from "../streaming/index.js";

/**
 * Runs `f` with the broadcast variables of a batch at hand, and returns beside its result what was added to accumulators
 * on the way. Programs without variables pay nothing.
 */
export async function withVariables<R>(
  role: ScopeRole,
  graph: StreamGraph,
  blocks: BlockStore,
  shared: SharedData,
  f: () => Promise<R>,
): Promise<{ readonly result: R; readonly updates: Updates }> {
  if (graph.broadcasts.length === 0 && graph.accumulators.length === 0) return { result: await f(), updates: {} };
  const broadcasts = new Map<string, unknown>();
  for (const broadcast of graph.broadcasts) {
    const ref = shared.broadcasts[broadcast.name];
    if (ref === undefined) continue;
    broadcasts.set(broadcast.name, await broadcast.load(ref, () => fetchObject(blocks, ref.object)));
  }
  const updates = new Map<string, unknown>();
  const result = await inScope({ role, broadcasts, totals: shared.accumulators, updates }, f);
  return { result, updates: Object.fromEntries(updates) };
}

async function fetchObject(blocks: BlockStore, object: string): Promise<Uint8Array> {
  const bytes = await blocks.get(object);
  if (bytes !== undefined) return bytes;
  throw new CheckpointError(`Object ${object}, the value of a broadcast variable, is not there any more.`, { object });
}
