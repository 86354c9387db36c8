import type { Action } from "./action.js";

/** The text of an element in a file: strings as they are, other primitives as written, the rest as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) {
    return JSON.stringify(value, (_key, inner) => (typeof inner === "bigint" ? String(inner) : inner)) ?? String(value);
  }
  return String(value);
}

/** Path of a partition's part file. */
export function partFile(directory: string, partition: number): string {
  return `${directory}/part-${String(partition).padStart(5, "0")}`;
}

/** One part file a partition with one line an element. Partitions without elements write no file. */
export function saveAsTextFile(directory: string): Action<void> {
  return {
    name: "saveAsTextFile",
    start: (_task, _label, effects) => {
      const lines: string[] = [];
      return {
        push: (value) => {
          lines.push(textOf(value));
        },
        end() {},
        async result() {
          if (lines.length === 0) return;
          const text = `${lines.join("\n")}\n`;
          await effects.putFileIfAbsent(partFile(directory, effects.partition), Buffer.from(text, "utf8"));
        },
      };
    },
    merge: () => undefined,
  };
}
