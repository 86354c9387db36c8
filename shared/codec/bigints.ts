/** The magnitude of an integer ≥ 0, most significant byte first, no zero in front: no byte at all for 0n. */
export function magnitudeBytes(magnitude: bigint): Uint8Array {
  if (magnitude === 0n) return new Uint8Array(0);
  const hex = magnitude.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}

/** The integer that {@link magnitudeBytes} wrote. */
export function magnitudeOf(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString("hex")}`);
}
