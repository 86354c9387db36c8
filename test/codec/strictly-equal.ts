/**
 * What a round trip must keep: types, −0, NaN, `undefined`, and the order of properties, Maps and Sets. Node's own
 * comparison ignores the order.
 */
export function strictlyEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return Object.is(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  if (a instanceof Map) return strictlyEqual([...a], [...(b as Map<unknown, unknown>)]);
  if (a instanceof Set) return strictlyEqual([...a], [...(b as Set<unknown>)]);
  if (a instanceof ArrayBuffer) return Buffer.compare(Buffer.from(a), Buffer.from(b as ArrayBuffer)) === 0;
  if (ArrayBuffer.isView(a)) return Buffer.compare(memory(a), memory(b as ArrayBufferView)) === 0;
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  const names = Object.keys(a);
  const others = Object.keys(b);
  return (
    names.length === others.length &&
    names.every((name, i) => name === others[i] && strictlyEqual(Reflect.get(a, name), Reflect.get(b, name)))
  );
}

function memory(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
