/** What `examples/custom-receiver.ts` has come to: its files and its state. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jobName, readHead, readManifest } from "../../shared/checkpoint/index.js";
import { LocalStore } from "../../shared/local/index.js";
import { KEY_GROUPS } from "../../shared/rdd/index.js";
import { loadState } from "../../shared/state/index.js";
import { RandomIds } from "../../shared/system/index.js";

/** Lines of all files, batch by batch. */
export function savedLines(directory: string): readonly string[] {
  const out = join(directory, "out");
  return (
    readdirSync(out)
      .sort()
      .flatMap((batch) => readdirSync(join(out, batch)).map((part) => [batch, part] as const))
      // Who is killed while it writes a file leaves a hidden draft behind, which no reader takes for data.
      .filter(([, part]) => part.startsWith("part-"))
      .flatMap(([batch, part]) =>
        readFileSync(join(out, batch, part), "utf8")
          .trimEnd()
          .split("\n"),
      )
  );
}

/** The state of the operator `totals`, as the checkpoint has it. */
export async function totals(directory: string): Promise<ReadonlyMap<string, number>> {
  const store = new LocalStore({ directory: join(directory, "checkpoint") });
  try {
    const job = jobName("custom-receiver");
    const head = await readHead(store.table, job);
    const manifest = await readManifest(store, job, head?.manifest ?? "", head?.manifestHash);
    const meta = manifest?.state.totals;
    if (meta === undefined) throw new Error("the checkpoint has no state of totals");
    const storage = { table: store.table, blocks: store.blocks, ids: new RandomIds(), job };
    const state = new Map<string, number>();
    (await loadState(storage, meta, 0, KEY_GROUPS)).forEach(({ key, value }) => {
      state.set(key as string, value as number);
    });
    return state;
  } finally {
    await store.close();
  }
}
