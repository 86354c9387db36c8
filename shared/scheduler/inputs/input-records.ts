import { type InputRecord, inputIds, liveInputs, type StreamGraph } from "../../streaming/index.js";
import type { ClaimedInput } from "./claim.js";

/** What the inputs brought to a batch, in definition order. */
export function inputRecords(graph: StreamGraph, claimed: ReadonlyMap<string, ClaimedInput>): readonly InputRecord[] {
  const ids = inputIds(graph);
  return liveInputs(graph).map(({ uid, input }) => {
    const own = claimed.get(uid);
    const records = own?.records ?? 0;
    return { id: ids.get(uid) ?? 0, uid, type: input.type, records, files: own === undefined ? [] : filesOf(own) };
  });
}

function filesOf({ sources }: ClaimedInput): readonly string[] {
  return [
    ...new Set(
      (sources ?? []).flatMap((source) => (source.type === "lines" || source.type === "bytes" ? [source.path] : [])),
    ),
  ];
}
