/** Where bytes lie: in the message itself, or in (a range of) an object of the block store. */
export type DataRef =
  | { readonly type: "inline"; readonly bytes: Uint8Array }
  | { readonly type: "object"; readonly name: string; readonly start: number; readonly end: number };

export function inline(bytes: Uint8Array): DataRef {
  return { type: "inline", bytes };
}

export function byteLength(ref: DataRef): number {
  return ref.type === "inline" ? ref.bytes.byteLength : ref.end - ref.start;
}
