import { createInterface } from "node:readline/promises";
import { IllegalArgumentError } from "../../shared/errors/index.js";

/**
 * Asks for a name to be typed, so that nobody does it in passing.
 * @throws {IllegalArgumentError} when nobody is there to be asked, or something else is typed.
 */
export async function confirmByTyping(name: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new IllegalArgumentError("There is no terminal to ask at: add --yes if you are sure.");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await terminal.question(`Type ${name} to go on: `);
    if (typed.trim() !== name) throw new IllegalArgumentError("Left as it is.");
  } finally {
    terminal.close();
  }
}
