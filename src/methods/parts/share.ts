// Plain data for worker threads.

/** With its arrays of numbers on shared memory: posted to several threads, they are copied once. */
export function share(value: unknown): unknown {
  if (value instanceof Float32Array || value instanceof Uint16Array) return shareArray(value);
  if (Array.isArray(value)) return value.map(share);
  // The bytes of files stay as they are: not all that reads them takes shared memory.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, share(inner)]));
}

function shareArray(array: Float32Array | Uint16Array): Float32Array | Uint16Array {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const buffer = new SharedArrayBuffer(array.byteLength);
  const shared = array instanceof Float32Array ? new Float32Array(buffer) : new Uint16Array(buffer);
  shared.set(array);
  return shared;
}
