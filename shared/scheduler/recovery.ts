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
 * Would this program go on with this checkpoint without losing state, or outputs that are still owed?
 * @throws {CheckpointError} naming the operator whose state or output would be dropped.
 */
export function assertFits(graph: StreamGraph, manifest: Manifest, head: Head): void {
  const stateful = liveStateful(graph).map(({ uid }) => uid);
  const orphan = Object.keys(manifest.state).find((uid) => !stateful.includes(uid));
  if (orphan !== undefined) {
    throw new CheckpointError(
      `The checkpoint holds state of an operator ${orphan}, which this program does not have (it has: ${listed(stateful)}). Give the operator that continues it { name: "${orphan}" }, or start with a new checkpoint.`,
      { operator: orphan },
    );
  }
  if (head.out >= head.time) return;
  const outputs = graph.outputs.map(({ uid }) => uid);
  const owed = Object.keys(manifest.outputs).find((uid) => !outputs.includes(uid));
  if (owed === undefined) return;
  throw new CheckpointError(
    `Batch ${manifest.time} ms still owes what output operation ${owed} is to send, which this program does not have (it has: ${listed(outputs)}). Start the program that has it once more, with onBatchFailure: "skip" if it cannot send it any more; or give the operation that continues it { name: "${owed}" }.`,
    { operator: owed, batchTime: manifest.time },
  );
}

function listed(uids: readonly string[]): string {
  return uids.join(", ") || "none";
}
