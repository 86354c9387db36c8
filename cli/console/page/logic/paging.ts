/** A table's order, and the part of it that is shown. */

export type Direction = "ascending" | "descending";

export interface Order<Column extends string> {
  readonly column: Column;
  readonly direction: Direction;
}

/** The order after a column's heading was chosen: the other way round when it was the order's column, else biggest first. */
export function reordered<Column extends string>(order: Order<Column>, column: Column): Order<Column> {
  if (order.column !== column) return { column, direction: "descending" };
  return { column, direction: order.direction === "descending" ? "ascending" : "descending" };
}

/** Sorted by a number or text; rows without one come last either way. Rows that are alike stay in their order. */
export function sorted<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => number | string | undefined,
  direction: Direction,
): readonly Row[] {
  const sign = direction === "ascending" ? 1 : -1;
  return rows.toSorted((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    if (x === y) return 0;
    if (x === undefined) return 1;
    if (y === undefined) return -1;
    return x < y ? -sign : sign;
  });
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** From 0; the last one when more was asked for. */
  readonly page: number;
  readonly pages: number;
  /** Position of its first row among all, from 0. */
  readonly from: number;
  readonly total: number;
}

export function pageOf<Row>(rows: readonly Row[], page: number, size: number): Page<Row> {
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const shown = Math.min(Math.max(0, page), pages - 1);
  const from = shown * size;
  return { rows: rows.slice(from, from + size), page: shown, pages, from, total: rows.length };
}
