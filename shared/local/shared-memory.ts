/** Below this, copying a message costs less than shared memory does. */
const MIN_SHARED_BYTES = 16 * 1024;

/** Memory for results: large ones are shared between threads instead of copied. */
export function allocateShared(bytes: number): Uint8Array {
  return new Uint8Array(bytes < MIN_SHARED_BYTES ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes));
}
