/** Values of the program as text for people: bounded in length, never throwing, and free of what would steer a terminal. */

/** Longest text of a value. */
export const MAX_TEXT = 10_000;

/** A value as JSON, with what JSON lacks spelled out; cut at `max` characters. */
export function textOf(value: unknown, max = MAX_TEXT): string {
  let text: string;
  try {
    text = JSON.stringify(value, plainer) ?? String(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

/** First line of a text, cut at `max` characters. */
export function firstLine(text: string, max = 300): string {
  const end = text.indexOf("\n");
  const line = end < 0 ? text : text.slice(0, end);
  return line.length > max ? `${line.slice(0, max)}…` : line;
}

function plainer(this: unknown, name: string, value: unknown): unknown {
  // Dates have turned themselves into text by now, and bytes into objects with a number a byte.
  const raw = (this as Record<string, unknown>)[name];
  if (typeof raw === "bigint") return `${raw}n`;
  if (raw instanceof Map) return { Map: [...raw] };
  if (raw instanceof Set) return { Set: [...raw] };
  if (raw instanceof Uint8Array) return `<${raw.length} bytes>`;
  if (typeof raw === "number" && !Number.isFinite(raw)) return String(raw);
  return value;
}
