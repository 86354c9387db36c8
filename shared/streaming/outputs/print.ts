import { decodeColumn } from "../../codec/index.js";
import { captureAll } from "./capture-all.js";
import type { OutputOperation } from "./output-operation.js";

const LINE = "-------------------------------------------";

/** Prints the first `n` elements of each batch the way Spark does. */
export function print(n: number): OutputOperation {
  return {
    capture: () => captureAll(n + 1),
    async run(committed, context) {
      const rows: unknown[] = [];
      for (const partition of committed.partitions) {
        if (rows.length > n) break;
        const bytes = await partition.load();
        if (bytes !== undefined) for (const row of decodeColumn(bytes)) rows.push(row);
      }
      context.print(formatBatch(committed.time, rows.slice(0, n), rows.length > n));
    },
  };
}

function formatBatch(time: number, rows: readonly unknown[], more: boolean): string {
  const lines = [LINE, `Time: ${time} ms`, LINE, ...rows.map(formatElement)];
  if (more) lines.push("...");
  return `${lines.join("\n")}\n\n`;
}

/** Pairs and lists as `(a,b)`, the way Spark prints tuples; strings bare; the rest as JSON. */
export function formatElement(value: unknown): string {
  if (Array.isArray(value)) return `(${value.map(formatElement).join(",")})`;
  if (value === undefined) return "undefined";
  if (value instanceof Map)
    return `Map(${[...value].map(([k, v]) => `${formatElement(k)} -> ${formatElement(v)}`).join(", ")})`;
  if (value instanceof Set) return `Set(${[...value].map(formatElement).join(", ")})`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([name, field]) => `${name}: ${formatElement(field)}`);
    return `{${fields.join(", ")}}`;
  }
  return String(value);
}
