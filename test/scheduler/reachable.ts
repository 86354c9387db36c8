import { type Manifest, readHead, readManifest } from "../../shared/checkpoint/index.js";
import type { DataRef } from "../../shared/rdd/index.js";
import type { World } from "../engine/world.js";

/**
 * The manifests that can still be read, newest first.
 * @throws when something is not there that one of the newest `retained` names (I9), or the chain is broken (I1).
 */
export async function reachable(world: World, retained: number, job = "job-test"): Promise<readonly Manifest[]> {
  const head = await readHead(world.table, job);
  if (head === undefined || head.manifest === "") return [];
  const manifests: Manifest[] = [];
  let next = await readManifest(world, job, head.manifest, head.manifestHash);
  if (next === undefined) throw new Error("the head names a manifest that is not there");
  for (
    ;
    next !== undefined;
    next = next.previous === undefined ? undefined : await readManifest(world, job, next.previous)
  ) {
    const newer = manifests.at(-1);
    if (newer !== undefined && !(next.time < newer.time && next.batches === newer.batches - 1)) {
      throw new Error(`${next.id} at ${next.time} cannot be the predecessor of ${newer.id} at ${newer.time}`);
    }
    if (manifests.length < retained) await assertWhole(world, job, next);
    manifests.push(next);
  }
  return manifests;
}

async function assertWhole(world: World, job: string, manifest: Manifest): Promise<void> {
  const missing: string[] = [];
  const object = async (name: string): Promise<void> => {
    if ((await world.blocks.get(name)) === undefined) missing.push(name);
  };
  const item = async (sort: string): Promise<void> => {
    if ((await world.table.get({ partition: job, sort })) === undefined) missing.push(sort);
  };
  for (const { partitions } of Object.values(manifest.state)) {
    for (const { name, at } of partitions.flatMap(({ chain }) => chain)) {
      await (at === "table" ? item(name) : object(`${job}/${name}`));
    }
  }
  for (const name of manifest.owned.objects) await object(name);
  for (const name of manifest.owned.items) await item(name);
  const refs: (DataRef | undefined)[] = Object.values(manifest.outputs).flat();
  for (const ref of refs) if (ref?.type === "object") await object(ref.name);
  if (missing.length > 0)
    throw new Error(`manifest ${manifest.id} at ${manifest.time} names ${missing.join(", ")}, not there`);
}
