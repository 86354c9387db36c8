import { encodeObjectFile } from "../formats/object-file.js";
import type { Action } from "./action.js";
import { partFile } from "./save-as-text-file.js";

/** One object file a partition that has elements; `readObjectFile` reads it. */
export function saveAsObjectFile(directory: string): Action<void> {
  return {
    name: "saveAsObjectFile",
    start: (_task, _label, effects) => {
      const elements: unknown[] = [];
      return {
        push: (value) => {
          elements.push(value);
        },
        end() {},
        async result() {
          if (elements.length === 0) return;
          await effects.putFileIfAbsent(partFile(directory, effects.partition), encodeObjectFile(elements));
        },
      };
    },
    merge: () => undefined,
  };
}
