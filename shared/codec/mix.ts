/**
 * The last step of MurmurHash3: a bijection of 32-bit integers in which every bit of the input moves about half the bits
 * of the output.
 */
export function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
