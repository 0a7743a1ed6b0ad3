// Plain data for worker threads.

/** With its Float32Arrays on shared memory: posted to several threads, they are copied once. */
export function share(value: unknown): unknown {
  if (value instanceof Float32Array) return shareArray(value);
  if (Array.isArray(value)) return value.map(share);
  // The bytes of files stay as they are: not all that reads them takes shared memory.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, share(inner)]));
}

function shareArray(array: Float32Array): Float32Array {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const shared = new Float32Array(new SharedArrayBuffer(array.byteLength));
  shared.set(array);
  return shared;
}
