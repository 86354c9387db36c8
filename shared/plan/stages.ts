/**
 * From lineage to stages and tasks. Pure: the same lineage gives the same plan wherever it is made.
 *
 * The *depth* of an RDD is the number of exchanges on the longest way to it. RDDs of one depth that narrow dependencies
 * connect are one stage; inside a stage, partitions that narrow dependencies connect are one task. So every partition of
 * a batch is computed exactly once, whoever needs it, and user code that is not deterministic cannot disagree with itself.
 * A narrow dependency that crosses depths (a join with something derived from its other side) is handed over as data.
 */
import { type ExchangeNode, narrowParents, parentsOf, type RddNode, type RddPartition } from "../rdd/index.js";
import { signatureOf } from "./signature.js";

/** Something that needs all partitions of an RDD: an output operation, an action. */
export interface Target {
  /** Name of the target, unique in the plan. */
  readonly id: string;
  readonly node: RddNode;
}

/** Partitions that are computed together, parents first. */
export interface TaskPlan {
  /** Index in the stage. */
  readonly index: number;
  readonly partitions: readonly RddPartition[];
}

export interface Stage {
  readonly id: number;
  readonly depth: number;
  /** Parents first. */
  readonly nodes: readonly RddNode[];
  readonly tasks: readonly TaskPlan[];
  /** Exchanges that this stage feeds. */
  readonly writes: readonly ExchangeNode[];
  /** Stages that must be done before, in ascending order. */
  readonly dependsOn: readonly number[];
}

export interface StagePlan {
  /** In an order in which they can run. */
  readonly stages: readonly Stage[];
  readonly targets: readonly Target[];
  /** Nodes whose partitions are handed over to a deeper stage as data. */
  readonly handedOver: ReadonlySet<RddNode>;
  /** The same for plans of the same shape: how driver and executors notice that they do not speak of the same one. */
  readonly signature: number;
  /** The stage that computes a node. */
  stageOf(node: RddNode): Stage;
}

export function planStages(targets: readonly Target[]): StagePlan {
  const nodes = reachable(targets.map((target) => target.node));
  const depth = depths(nodes);
  const depthOf = (node: RddNode): number => depth.get(node) ?? 0;
  const fused = (parent: RddNode, child: RddNode): boolean =>
    child.kind !== "exchange" && depthOf(parent) === depthOf(child);

  const handedOver = new Set<RddNode>();
  for (const node of nodes) {
    if (node.kind === "exchange") continue;
    for (const parent of parentsOf(node)) if (!fused(parent, node)) handedOver.add(parent);
  }

  const groups = components(nodes, fused, depthOf);
  const stageByNode = new Map<RddNode, number>();
  groups.forEach((group, id) => {
    for (const node of group) stageByNode.set(node, id);
  });

  const stages = groups.map((group, id): Stage => {
    const members = new Set(group);
    const writes = nodes.filter((node): node is ExchangeNode => node.kind === "exchange" && members.has(node.parent));
    const before = new Set<number>();
    for (const node of group) {
      for (const parent of parentsOf(node)) {
        const stage = stageByNode.get(parent);
        if (stage !== undefined && stage !== id) before.add(stage);
      }
    }
    return {
      id,
      depth: depthOf(group[0] as RddNode),
      nodes: group,
      tasks: tasksOf(group, members),
      writes,
      dependsOn: [...before].sort((a, b) => a - b),
    };
  });

  return {
    stages,
    targets,
    handedOver,
    signature: signatureOf(targets, nodes),
    stageOf(node) {
      const stage = stages[stageByNode.get(node) ?? -1];
      if (stage === undefined) throw new Error(`${node.label} is not part of this plan`);
      return stage;
    },
  };
}

/** All nodes that the given ones are computed from, and themselves, parents first (ids grow from parents to children). */
function reachable(roots: readonly RddNode[]): readonly RddNode[] {
  const seen = new Set<RddNode>();
  const pending = [...roots];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    pending.push(...parentsOf(node));
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/**
 * How many exchanges lie before a node; more, when all that need it are deeper: then it is computed with the first of
 * them instead of being handed over.
 */
function depths(nodes: readonly RddNode[]): ReadonlyMap<RddNode, number> {
  const depth = new Map<RddNode, number>();
  const neededAt = new Map<RddNode, number>();
  for (const node of nodes) {
    const parents = parentsOf(node).map((parent) => depth.get(parent) ?? 0);
    depth.set(node, Math.max(0, ...parents) + (node.kind === "exchange" ? 1 : 0));
  }
  for (const node of [...nodes].reverse()) {
    const own = neededAt.get(node) ?? depth.get(node) ?? 0;
    depth.set(node, own);
    for (const parent of parentsOf(node)) {
      // An exchange reads what was written for it, however much later it is.
      const needed = node.kind === "exchange" ? (depth.get(parent) ?? 0) : own;
      neededAt.set(parent, Math.min(needed, neededAt.get(parent) ?? Number.POSITIVE_INFINITY));
    }
  }
  return depth;
}

/** Groups of nodes connected by fused dependencies, shallow ones first. */
function components(
  nodes: readonly RddNode[],
  fused: (parent: RddNode, child: RddNode) => boolean,
  depthOf: (node: RddNode) => number,
): readonly (readonly RddNode[])[] {
  const index = new Map(nodes.map((node, i) => [node, i]));
  const sets = new DisjointSets(nodes.length);
  nodes.forEach((node, i) => {
    for (const parent of parentsOf(node)) if (fused(parent, node)) sets.join(index.get(parent) ?? i, i);
  });
  const groups = new Map<number, RddNode[]>();
  nodes.forEach((node, i) => {
    const root = sets.find(i);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [node]);
    else group.push(node);
  });
  const byDepthThenId = (a: readonly RddNode[], b: readonly RddNode[]): number => {
    const [x, y] = [a[0] as RddNode, b[0] as RddNode];
    return depthOf(x) - depthOf(y) || x.id - y.id;
  };
  return [...groups.values()].sort(byDepthThenId);
}

/** Cuts a stage into tasks: groups of partitions that must be computed together. */
function tasksOf(nodes: readonly RddNode[], members: ReadonlySet<RddNode>): readonly TaskPlan[] {
  const offset = new Map<RddNode, number>();
  let total = 0;
  for (const node of nodes) {
    offset.set(node, total);
    total += node.numPartitions;
  }
  const sets = new DisjointSets(total);
  for (const node of nodes) {
    const start = offset.get(node) ?? 0;
    for (let p = 0; p < node.numPartitions; p++) {
      for (const parent of narrowParents(node, p)) {
        if (members.has(parent.node)) sets.join((offset.get(parent.node) ?? 0) + parent.partition, start + p);
      }
    }
  }
  const tasks = new Map<number, RddPartition[]>();
  for (const node of nodes) {
    const start = offset.get(node) ?? 0;
    for (let partition = 0; partition < node.numPartitions; partition++) {
      const root = sets.find(start + partition);
      const task = tasks.get(root);
      if (task === undefined) tasks.set(root, [{ node, partition }]);
      else task.push({ node, partition });
    }
  }
  return [...tasks.values()].map((partitions, index) => ({ index, partitions }));
}

/** Union-find; a set's root is its smallest member, so numbering does not depend on the order of joins. */
class DisjointSets {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, i) => i);
  }

  find(member: number): number {
    const parent = this.#parent;
    let root = member;
    while (parent[root] !== root) root = parent[root] as number;
    for (let i = member; i !== root; ) {
      const next = parent[i] as number;
      parent[i] = root;
      i = next;
    }
    return root;
  }

  join(a: number, b: number): void {
    const [x, y] = [this.find(a), this.find(b)];
    this.#parent[Math.max(x, y)] = Math.min(x, y);
  }
}
