/** What an object is to the codec. */
export type Kind = "object" | "nullObject" | "array" | "map" | "set" | "date" | "bytes" | "typedArray";

/** Their position is their number in the format. */
const TYPED_ARRAYS = [
  ArrayBuffer,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** Binary data with a type of its own; plain bytes are not among them. */
export type TypedArray = InstanceType<(typeof TYPED_ARRAYS)[number]>;

const kinds = new Map<object, Kind>([
  [Map.prototype, "map"],
  [Set.prototype, "set"],
  [Date.prototype, "date"],
  [Uint8Array.prototype, "bytes"],
  [Buffer.prototype, "bytes"],
  ...TYPED_ARRAYS.map((type) => [type.prototype, "typedArray"] as const),
]);

const kindsByName = new Map<string, Kind>([
  ["Object", "object"],
  ["Array", "array"],
  ["Map", "map"],
  ["Set", "set"],
  ["Date", "date"],
  ["Uint8Array", "bytes"],
  ...TYPED_ARRAYS.map((type) => [type.name, "typedArray"] as const),
]);

/** The object's kind, or `undefined` for an instance of a class. */
export function kindOf(value: object): Kind | undefined {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null ? "nullObject" : kindOfPrototype(prototype);
}

/** The kind of the objects that have this prototype. */
export function kindOfPrototype(prototype: object): Kind | undefined {
  if (prototype === Object.prototype) return "object";
  if (prototype === Array.prototype) return "array";
  return kinds.get(prototype) ?? foreignKind(prototype);
}

/**
 * `structuredClone` under Jest, or anything from a `node:vm` context, makes objects whose Object, Map, ... are others than
 * ours. They are built-in all the same; a user's class, even one named Map, shows its source.
 */
function foreignKind(prototype: object): Kind | undefined {
  if (!Object.hasOwn(prototype, "constructor")) return undefined;
  const { constructor: type } = prototype;
  if (typeof type !== "function" || type.prototype !== prototype) return undefined;
  const kind = kindsByName.get(type.name);
  if (kind === undefined) return undefined;
  return Function.prototype.toString.call(type).endsWith("{ [native code] }") ? kind : undefined;
}

/** The number of the array's type in the format. */
export function typedArrayCode(array: TypedArray): number {
  const { name } = Object.getPrototypeOf(array).constructor;
  return TYPED_ARRAYS.findIndex((type) => type.name === name);
}

/** The array's memory, uncopied. */
export function typedArrayBytes(array: TypedArray): Uint8Array {
  return ArrayBuffer.isView(array)
    ? new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    : new Uint8Array(array);
}

/** The typed array of that number over `bytes`, which start their memory; `undefined` when there is none. */
export function typedArrayOver(code: number, { buffer, byteLength }: Uint8Array): TypedArray | undefined {
  const type = TYPED_ARRAYS[code];
  if (type === undefined) return undefined;
  if (type === ArrayBuffer) return buffer as ArrayBuffer;
  const view = type as Exclude<typeof type, typeof ArrayBuffer>;
  return byteLength % view.BYTES_PER_ELEMENT === 0 ? new view(buffer as ArrayBuffer) : undefined;
}
