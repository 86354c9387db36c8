import type { Action } from "./actions/index.js";
import type { Lineage, PartitionSource, RddNode } from "./lineage.js";

/**
 * Where an RDD lives: the lineage it is part of, how its operators are labelled, and what running an action means
 * there. The driver runs actions; an executor that replays a body answers them from the record.
 */
export interface Session {
  readonly lineage: Lineage;
  /** Number of partitions where the program does not say. */
  readonly defaultPartitions: number;
  /** Label for a new node of this kind. */
  label(kind: string): string;
  /** The partitions of static data, by its name; `undefined` when its files were not found. */
  staticSources(name: string): readonly PartitionSource[] | undefined;
  /** Runs an action, or says why actions are not possible here. */
  run(node: RddNode, action: Action, label: string): Promise<unknown>;
}

/** The same session, in which all nodes have the label of one operation. */
export function labelled(session: Session, kind: string): Session {
  const label = session.label(kind);
  return { ...session, label: () => label };
}
