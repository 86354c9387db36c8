import type { InputRecord } from "../../checkpoint/index.js";
import { inputIds, liveInputs, type StreamGraph } from "../../streaming/index.js";
import type { ClaimedInput } from "./claim.js";

/** What the inputs brought to a batch, in definition order. */
export function inputRecords(graph: StreamGraph, claimed: ReadonlyMap<string, ClaimedInput>): readonly InputRecord[] {
  const ids = inputIds(graph);
  return liveInputs(graph).map(({ uid, input }) => {
    const own = claimed.get(uid);
    const records = own?.records ?? 0;
    const files = own === undefined ? [] : filesOf(own);
    const { bytes = 0, shards = [] } = own ?? {};
    return { id: ids.get(uid) ?? 0, uid, type: input.type, records, bytes, files, shards };
  });
}

function filesOf({ sources }: ClaimedInput): readonly string[] {
  return [
    ...new Set(
      (sources ?? []).flatMap((source) => (source.type === "lines" || source.type === "bytes" ? [source.path] : [])),
    ),
  ];
}
