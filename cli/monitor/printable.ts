/** Text of the program and its data must not steer the terminal: characters that could are shown as what they are. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text in one line, without control characters. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) =>
    character === "\n" ? "⏎" : character === "\t" ? " " : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** The text cut at so many columns. Wide characters count as two, as terminals draw them. */
export function fitted(text: string, columns: number): string {
  let width = 0;
  let end = 0;
  for (const character of text) {
    width += isWide(character) ? 2 : 1;
    if (width > columns) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

/** Cut or filled up to so many columns. */
export function padded(text: string, columns: number, at: "start" | "end" = "end"): string {
  const cut = fitted(text, columns);
  const fill = " ".repeat(Math.max(0, columns - widthOf(cut)));
  return at === "start" ? fill + cut : cut + fill;
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += isWide(character) ? 2 : 1;
  return width;
}

function isWide(character: string): boolean {
  return /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u.test(
    character,
  );
}
