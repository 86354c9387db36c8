/** A row as far as goals look at it. */
interface Judged {
  readonly sluice: number;
  readonly ratio: number | null;
}

export interface Goal {
  readonly text: string;
  met(row: Judged): boolean | null;
  bound(spark: number | null): number | null;
}

export function timesSpark(factor: number): Goal;
export function fractionOfSpark(parts: number): Goal;
export function atMost(most: number, unit: string): Goal;
export function allOf(text: string, ...goals: Goal[]): Goal;
