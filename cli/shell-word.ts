/** A word as a shell takes it, quoted only where it must be: the CDK takes quotes away that stand around a whole command. */
export function quoted(word: string, isWindows = process.platform === "win32"): string {
  if (/^[\w@%+=:,./\\-]+$/.test(word) && (isWindows || !word.includes("\\"))) return word;
  return isWindows ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
