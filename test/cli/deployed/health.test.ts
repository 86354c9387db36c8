import { healthOf, isHealthy, MEANING, type NewestBatch } from "../../../cli/deployed/health.js";
import { hasBegun } from "../../../cli/deployed/start-application.js";
import type { Head, Manifest } from "../../../shared/checkpoint/index.js";

const NOW = 1_000_000_000;
const MINUTE = 60_000;

function head(over: Partial<Head> = {}): Head {
  return {
    token: 3,
    owner: "me",
    expires: NOW + 11_000,
    manifest: "m",
    manifestHash: "h",
    time: NOW,
    out: NOW,
    revision: 0,
    desired: "run",
    ...over,
  };
}

function batch(over: Partial<NewestBatch> = {}): NewestBatch {
  return { time: NOW - 1000, batchDuration: 1000, quietSince: undefined, ...over };
}

describe("healthOf", () => {
  it.each([
    ["no head", "new", undefined, undefined],
    ["a wish and no scheduler yet", "new", head({ token: 0, expires: 0, manifest: "" }), undefined],
    ["a lease, before the first batch", "running", head({ manifest: "" }), undefined],
    ["a lease", "running", head(), batch()],
    ["a lease, however long the batch takes", "running", head(), batch({ time: NOW - 60 * MINUTE })],
    ["the moment of a hand-over", "running", head({ expires: 0 }), batch({ quietSince: 1 })],
    [
      "a lease given up after quiet batches",
      "asleep",
      head({ expires: 0 }),
      batch({ time: NOW - 30_000, quietSince: 1 }),
    ],
    ["a lease given up after a batch with records", "running", head({ expires: 0 }), batch({ time: NOW - 30_000 })],
    ["ticks that bring no batch", "standing", head({ expires: 0 }), batch({ time: NOW - 3 * MINUTE, quietSince: 1 })],
    [
      "long intervals, in between",
      "running",
      head({ expires: 0 }),
      batch({ time: NOW - 9 * MINUTE, batchDuration: 10 * MINUTE, quietSince: 1 }),
    ],
    [
      "long intervals, overdue",
      "standing",
      head({ expires: 0 }),
      batch({ time: NOW - 13 * MINUTE, batchDuration: 10 * MINUTE }),
    ],
    ["a lease that has run out", "standing", head({ expires: NOW - 1 }), batch()],
    ["a first batch that failed", "standing", head({ expires: 0, manifest: "" }), undefined],
    ["the wish to stop, a lease", "stopping", head({ desired: "stop" }), batch()],
    ["the wish to stop, no lease", "stopped", head({ desired: "stop", expires: 0 }), batch()],
    ["the wish to stop, and never begun", "stopped", head({ desired: "stop", token: 0, expires: 0 }), undefined],
    ["the wish to drain, a lease", "draining", head({ desired: "drain" }), batch()],
    ["the wish to drain, no lease", "draining", head({ desired: "drain", expires: 0 }), batch()],
  ] as const)("with %s is %s", (_, health, head, batch) => {
    expect(healthOf(head, batch, NOW)).toBe(health);
  });

  it("has a meaning for each, and only one is not healthy", () => {
    const all = Object.keys(MEANING) as (keyof typeof MEANING)[];
    expect(all.filter((health) => !isHealthy(health))).toEqual(["standing"]);
  });
});

describe("hasBegun", () => {
  const manifest = (id: string, batchDuration = 1000) => ({ id, batchDuration }) as Manifest;

  it("takes a new batch for proof, and no lease", () => {
    expect(hasBegun({ head: head(), manifest: manifest("a") }, { head: head(), manifest: manifest("a") }, NOW)).toBe(
      false,
    );
    expect(hasBegun({ head: head(), manifest: manifest("a") }, { head: head(), manifest: manifest("b") }, NOW)).toBe(
      true,
    );
    expect(hasBegun({ head: undefined, manifest: undefined }, { head: head(), manifest: undefined }, NOW)).toBe(false);
    expect(hasBegun({ head: undefined, manifest: undefined }, { head: head(), manifest: manifest("a") }, NOW)).toBe(
      true,
    );
  });

  it("does not wait for a batch that is far off", () => {
    const before = { head: head({ expires: 0 }), manifest: manifest("a", 10 * MINUTE) };
    expect(hasBegun(before, before, NOW)).toBe(false);
    expect(hasBegun(before, { ...before, head: head({ expires: 0, token: 4 }) }, NOW)).toBe(true);
    expect(hasBegun(before, { ...before, head: head() }, NOW)).toBe(true);
  });
});
