/** Whole lines, as many as came at once; empty ones and those without end at the end count too. */
export async function* chunksOfLines(input: NodeJS.ReadableStream): AsyncGenerator<readonly string[]> {
  input.setEncoding("utf8");
  let rest = "";
  for await (const text of input) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
  }
  if (rest !== "") yield [rest];
}
