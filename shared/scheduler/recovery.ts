/** What a checkpoint must be for a driver to go on from it. */
import { type Head, type Manifest, readManifest } from "../checkpoint/index.js";
import { CheckpointError } from "../errors/index.js";
import type { DriverPorts } from "../ports/index.js";
import { liveStateful, type StreamGraph } from "../streaming/index.js";

/** @throws {CheckpointError} when the head's manifest cannot be read. */
export async function loadManifest(
  ports: Pick<DriverPorts, "table" | "blocks">,
  job: string,
  head: Head,
): Promise<Manifest> {
  const manifest = await readManifest(ports, job, head.manifest, head.manifestHash);
  if (manifest !== undefined) return manifest;
  throw new CheckpointError(
    `The head of ${job} names manifest ${head.manifest}, but it is not there: the checkpoint was changed from outside.`,
    { job, manifest: head.manifest },
  );
}

/**
 * Would this program go on with this checkpoint without losing state?
 * @throws {CheckpointError} naming the operator whose state would be dropped.
 */
export function assertFits(graph: StreamGraph, manifest: Manifest): void {
  const uids = new Set(liveStateful(graph).map((node) => node.uid));
  const orphan = Object.keys(manifest.state).find((uid) => !uids.has(uid));
  if (orphan === undefined) return;
  throw new CheckpointError(
    `The checkpoint holds state of an operator ${orphan}, which this program does not have (it has: ${[...uids].join(", ") || "none"}). Give the operator that continues it { name: "${orphan}" }, or start with a new checkpoint.`,
    { operator: orphan },
  );
}
