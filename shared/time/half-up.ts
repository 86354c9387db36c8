/**
 * `milliseconds` in a larger unit, to so many decimals; a half rounds up. Unlike `toFixed` alone it decides by the decimal
 * number, as Spark does: 350 ms are 0.4 s, although the nearest binary fraction to 0.35 lies below it.
 */
export function halfUp(milliseconds: number, unit: number, decimals: number): string {
  const scale = 10 ** decimals;
  return (Math.round((milliseconds * scale) / unit) / scale).toFixed(decimals);
}
