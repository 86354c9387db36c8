/**
 * Orders strings by code points, as their UTF-8 bytes are ordered. `<` goes by UTF-16 units, in which characters beyond
 * U+FFFF come before U+E000.
 */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === length) return a.length < b.length ? -1 : 1;
  // Where the second half of a character differs, the character as a whole decides.
  if (i > 0 && isHighSurrogate(a.charCodeAt(i - 1))) i--;
  return (a.codePointAt(i) as number) < (b.codePointAt(i) as number) ? -1 : 1;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
