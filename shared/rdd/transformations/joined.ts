import * as build from "../build.js";
import type { RddNode } from "../lineage.js";
import { flatMapValues } from "../operators/index.js";
import type { Session } from "../session.js";
import { cogrouped } from "./cogrouped.js";

/** Which keys stay although the other side does not have them. */
export interface Outer {
  readonly left: boolean;
  readonly right: boolean;
}

/** `[key, [left, right]]` for all combinations of a key's values; `undefined` stands for a side that is missing. */
export function joined(
  session: Session,
  kind: string,
  left: RddNode,
  right: RddNode,
  outer: Outer,
  options: build.PartitionOptions,
): RddNode {
  const grouped = cogrouped(session, kind, [left, right], options);
  const rows = flatMapValues((lists) => {
    const [lefts, rights] = lists as [unknown[], unknown[]];
    const someLefts = lefts.length === 0 && outer.right ? [undefined] : lefts;
    const someRights = rights.length === 0 && outer.left ? [undefined] : rights;
    return someLefts.flatMap((l) => someRights.map((r) => [l, r]));
  });
  return build.narrow(session, kind, grouped, rows, grouped.partitioner);
}
