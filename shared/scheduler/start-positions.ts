import type { InputPosition, Manifest } from "../checkpoint/index.js";
import type { StreamSource } from "../ports/index.js";
import { liveInputs, type StreamGraph } from "../streaming/index.js";
import { filesStart, queueStart, streamStart } from "./inputs/index.js";

/** Where inputs begin that the manifest does not know: at their first position, as of the driver's start (epoch milliseconds). */
export async function firstPositions(
  graph: StreamGraph,
  streams: StreamSource,
  manifest: Manifest | undefined,
  startedAt: number,
): Promise<Readonly<Record<string, InputPosition>>> {
  const starts: Record<string, InputPosition> = {};
  for (const { uid, input } of liveInputs(graph)) {
    if (manifest?.positions[uid] !== undefined) continue;
    if (input.type === "queue") starts[uid] = queueStart;
    else if (input.type === "files") starts[uid] = filesStart(input, startedAt);
    else starts[uid] = await streamStart(streams, input, startedAt);
  }
  return starts;
}
