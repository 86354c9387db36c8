import type { Goal } from "./goals.mjs";

export interface RowDefinition {
  readonly id: string;
  readonly work: string;
  readonly unit: string;
  readonly goal: Goal;
  readonly figure: string;
  readonly beside?: Readonly<Record<string, string>>;
}

type Figures = Readonly<Record<string, number>>;

/** One element of report.json. */
export interface ReportRow {
  readonly work: string;
  readonly goal: string;
  readonly sluice: number;
  readonly spark: number | null;
  readonly limit: number | null;
  readonly ratio: number | null;
  readonly spread: readonly [number, number] | null;
  readonly met: boolean | null;
  readonly differs: string | null;
}

export function reported(
  row: RowDefinition,
  measured: Readonly<Record<"sluice" | "spark" | "limit", readonly Figures[]>>,
): ReportRow;
