/** The shape of a row of cases.json. What the fields mean is told in README.md. */

export type Batch = readonly unknown[] | null;

/** A stream of the row, by the name of its field, and what is done to it. */
export interface Branch {
  readonly input: "input" | "input2" | "input3";
  readonly pipeline: readonly Step[];
}

/** One operation of a pipeline. Functions are the text of arrow functions. */
export interface Step {
  readonly op: string;
  readonly fn?: string;
  readonly invFn?: string;
  readonly filterFn?: string;
  readonly create?: string;
  readonly mergeValue?: string;
  readonly mergeCombiners?: string;
  readonly form?: string;
  readonly initial?: readonly (readonly [unknown, unknown])[];
  readonly numPartitions?: number;
  readonly windowMs?: number;
  readonly slideMs?: number;
  readonly intervalMs?: number;
  readonly checkpointMs?: number;
  readonly timeoutMs?: number;
  readonly other?: Branch;
  readonly streams?: readonly Branch[];
}

export interface ExpectedError {
  readonly phase: "construct" | "batch" | "output" | "call" | "recovery" | "awaitTermination";
  /** The batch that fails, counted from 1. */
  readonly batch?: number;
  /** Spark's class. */
  readonly type?: string;
  /** What Spark's message says, in other words. */
  readonly meaning?: string;
  readonly messageIncludes?: string;
  readonly awaitTermination?: "rethrows";
}

export interface Case {
  readonly id: string;
  readonly suite: string;
  readonly test: string;
  readonly op: string;
  readonly description: string;
  readonly provenance: "asserted" | "derived";
  readonly batchDurationMs: number;
  readonly batchCount: number;
  readonly inputPartitions: number;
  readonly input?: readonly Batch[];
  readonly input2?: readonly Batch[];
  readonly input3?: readonly Batch[];
  readonly queue?: {
    readonly oneAtATime: boolean;
    readonly enqueueBeforeBatch: readonly (readonly (readonly unknown[])[])[];
    readonly default?: readonly unknown[];
  };
  readonly pipeline: readonly Step[];
  readonly expected?: readonly (readonly unknown[])[];
  readonly ordered: boolean;
  readonly useSet: boolean;
  readonly expectedTimesMs?: readonly number[];
  readonly expectedSnapshots?: readonly (readonly unknown[])[];
  readonly expectedPartitions?: readonly number[];
  readonly slices?: readonly {
    readonly fromMs: number;
    readonly toMs: number;
    readonly expected: readonly unknown[];
  }[];
  readonly restartAfterBatch?: number;
  readonly expectedError?: ExpectedError;
  readonly harness?: "first-n-nonempty";
  readonly nested?: "multiset";
  readonly notes?: string;
}

// A field that nobody reads would be an expectation that nobody checks.
const FIELDS: Readonly<Record<keyof Case, true>> = {
  id: true,
  suite: true,
  test: true,
  op: true,
  description: true,
  provenance: true,
  batchDurationMs: true,
  batchCount: true,
  inputPartitions: true,
  input: true,
  input2: true,
  input3: true,
  queue: true,
  pipeline: true,
  expected: true,
  ordered: true,
  useSet: true,
  expectedTimesMs: true,
  expectedSnapshots: true,
  expectedPartitions: true,
  slices: true,
  restartAfterBatch: true,
  expectedError: true,
  harness: true,
  nested: true,
  notes: true,
};

/** Fields of the row that this folder does not know. */
export function unknownFields(row: Case): readonly string[] {
  return Object.keys(row).filter((field) => !(field in FIELDS));
}

/** Every operation the row needs, those of other branches too. */
export function operationsOf(row: Case): ReadonlySet<string> {
  const operations = new Set(row.slices ? ["slice"] : []);
  const visit = (pipeline: readonly Step[]): void => {
    for (const { op, other, streams } of pipeline) {
      operations.add(op);
      for (const branch of [...(other ? [other] : []), ...(streams ?? [])]) visit(branch.pipeline);
    }
  };
  visit(row.pipeline);
  return operations;
}
