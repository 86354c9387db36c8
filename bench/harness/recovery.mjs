// A restart with a lot of state: one process makes it and is gone, a second one goes on.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MASTER } from "./batches.mjs";
import { millionKeys } from "./inputs.mjs";
import { result } from "./process.mjs";

const runner = fileURLToPath(new URL("../run-sluice.mjs", import.meta.url));

/**
 * The first batch after the restart touches a hundredth of the keys, on executors that have nothing in memory: it starts the
 * threads, reads all state from the checkpoint, and goes over it.
 */
export const recovery = {
  sides({ quick }) {
    const path = millionKeys(quick);
    return {
      async sluice() {
        const scratch = mkdtempSync(join(tmpdir(), "sluice-bench-recovery-"));
        const run = (batches, interval) =>
          result({
            command: process.execPath,
            args: [runner, "state", MASTER, path, String(batches), String(interval)],
            env: { SCRATCH: scratch },
          });
        try {
          const before = await run(4, quick ? 100 : 1_000);
          const after = await run(2, 100);
          if (after.stateKeys !== before.stateKeys)
            throw new Error(`${before.stateKeys} keys became ${after.stateKeys}`);
          return { ...after, recoveryMs: after.firstMs, restartMs: after.firstCommitMs };
        } finally {
          rmSync(scratch, { recursive: true, force: true });
        }
      },
    };
  },
};
