/**
 * From lineage to stages and tasks. Pure: the same lineage gives the same plan wherever it is made.
 *
 * The *depth* of an RDD is the number of exchanges on the longest way to it. RDDs of one depth that narrow dependencies
 * connect are one stage; inside a stage, partitions that narrow dependencies connect are one task. So every partition of
 * a batch is computed exactly once, whoever needs it, and user code that is not deterministic cannot disagree with itself.
 * A narrow dependency that crosses depths (a join with something derived from its other side) is handed over as data.
 */
import { type ExchangeNode, narrowDependencies, parentsOf, type RddNode, type RddPartition } from "../rdd/index.js";
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
  const shape = shapeOf(nodes);
  const stageAt = stagesOf(shape);
  const groups = groupsOf(stageAt);
  const writes = groups.map((): ExchangeNode[] => []);
  const before = groups.map(() => new Set<number>());
  const handedOver = new Set<RddNode>();
  nodes.forEach((node, position) => {
    const stage = stageAt[position] as number;
    for (const parent of shape.parents[position] as readonly number[]) {
      const other = stageAt[parent] as number;
      if (node.kind === "exchange") writes[other]?.push(node);
      else if (!isFused(shape, parent, position)) handedOver.add(nodes[parent] as RddNode);
      if (other !== stage) before[stage]?.add(other);
    }
  });
  const stages = groups.map((group, id): Stage => {
    const members = group.map((position) => nodes[position] as RddNode);
    return {
      id,
      depth: shape.depth[group[0] as number] as number,
      nodes: members,
      tasks: tasksOf(members),
      writes: writes[id] as readonly ExchangeNode[],
      dependsOn: [...(before[id] as Set<number>)].sort((a, b) => a - b),
    };
  });
  return {
    stages,
    targets,
    handedOver,
    signature: signatureOf(targets, nodes),
    stageOf(node) {
      const stage = stages[stageAt[shape.position.get(node) ?? -1] ?? -1];
      if (stage === undefined) throw new Error(`${node.label} is not part of this plan`);
      return stage;
    },
  };
}

/** Nodes by their position among all of a plan, which stands for them: parents first. */
interface Shape {
  readonly nodes: readonly RddNode[];
  readonly position: ReadonlyMap<RddNode, number>;
  readonly parents: readonly (readonly number[])[];
  readonly depth: readonly number[];
}

function shapeOf(nodes: readonly RddNode[]): Shape {
  const position = new Map<RddNode, number>();
  const parents = nodes.map((node, i) => {
    position.set(node, i);
    return parentsOf(node).map((parent) => position.get(parent) as number);
  });
  return { nodes, position, parents, depth: depths(nodes, parents) };
}

/** Are the two computed together? */
function isFused({ nodes, depth }: Shape, parent: number, child: number): boolean {
  return nodes[child]?.kind !== "exchange" && depth[parent] === depth[child];
}

/** All nodes that the given ones are computed from, and themselves, parents first (ids grow from parents to children). */
function reachable(roots: readonly RddNode[]): readonly RddNode[] {
  const seen = new Set<RddNode>();
  const pending = [...roots];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const parent of parentsOf(node)) pending.push(parent);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/**
 * How many exchanges lie before a node; more, when all that need it are deeper: then it is computed with the first of
 * them instead of being handed over.
 */
function depths(nodes: readonly RddNode[], parents: Shape["parents"]): readonly number[] {
  const depth: number[] = [];
  nodes.forEach((node, i) => {
    let own = 0;
    for (const parent of parents[i] as readonly number[]) own = Math.max(own, depth[parent] as number);
    depth.push(node.kind === "exchange" ? own + 1 : own);
  });
  const neededAt = nodes.map(() => Number.POSITIVE_INFINITY);
  for (let i = nodes.length - 1; i >= 0; i--) {
    const needed = neededAt[i] as number;
    if (needed !== Number.POSITIVE_INFINITY) depth[i] = needed;
    for (const parent of parents[i] as readonly number[]) {
      // An exchange reads what was written for it, however much later it is.
      const at = nodes[i]?.kind === "exchange" ? depth[parent] : depth[i];
      neededAt[parent] = Math.min(neededAt[parent] as number, at as number);
    }
  }
  return depth;
}

/** By position: the stage. Stages are groups of nodes that fused dependencies connect, shallow ones first. */
function stagesOf(shape: Shape): readonly number[] {
  const { nodes, parents, depth } = shape;
  const sets = new DisjointSets(nodes.length);
  parents.forEach((positions, i) => {
    for (const parent of positions) if (isFused(shape, parent, i)) sets.join(parent, i);
  });
  const roots = nodes.map((_, i) => sets.find(i));
  const first = roots.filter((root, i) => root === i);
  first.sort((a, b) => (depth[a] as number) - (depth[b] as number) || a - b);
  const stage = new Map(first.map((root, id) => [root, id]));
  return roots.map((root) => stage.get(root) as number);
}

/** By stage: the positions of its nodes. */
function groupsOf(stageAt: readonly number[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  stageAt.forEach((stage, position) => {
    (groups[stage] ??= []).push(position);
  });
  return groups;
}

/** Cuts a stage into tasks: groups of partitions that must be computed together. */
function tasksOf(nodes: readonly RddNode[]): readonly TaskPlan[] {
  const offset = new Map<RddNode, number>();
  const partitions: RddPartition[] = [];
  for (const node of nodes) {
    offset.set(node, partitions.length);
    for (let partition = 0; partition < node.numPartitions; partition++) partitions.push({ node, partition });
  }
  const sets = new DisjointSets(partitions.length);
  for (const node of nodes) {
    const first = offset.get(node) as number;
    for (const { parent, start } of narrowDependencies(node)) {
      const from = offset.get(parent);
      if (from === undefined) continue;
      for (let i = 0; i < parent.numPartitions; i++) sets.join(from + i, first + start + i);
    }
  }
  const tasks = new Map<number, RddPartition[]>();
  partitions.forEach((at, i) => {
    const root = sets.find(i);
    const task = tasks.get(root);
    if (task === undefined) tasks.set(root, [at]);
    else task.push(at);
  });
  return [...tasks.values()].map((together, index) => ({ index, partitions: together }));
}

/** Union-find; a set's root is its smallest member, so numbering does not depend on the order of joins. */
class DisjointSets {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = new Int32Array(size);
    for (let i = 0; i < size; i++) this.#parent[i] = i;
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
