// Scratch memory handed out piece by piece, with tables written into it.
import { memoryOf, type WasmBackend, withScratch } from './module.js';

/** Pieces of one scratch allocation, in the order in which they are asked for. */
export interface Scratch {
  /** The address of so many floats, uninitialised. */
  reserve(floats: number): number;
  /** The address of a copy of `values`. */
  write(values: Float32Array | Int32Array): number;
}

/** Runs `use` with `floats` 4-byte elements of scratch memory to hand out; all of it is freed afterwards. */
export function withPieces<T>(backend: WasmBackend, floats: number, use: (scratch: Scratch) => T): T {
  return withScratch(backend, floats, (start) => {
    let next = start;
    const reserve = (count: number) => {
      const at = next;
      next += 4 * count;
      if (next > start + 4 * floats) throw new RangeError(`scratch of ${floats} floats is too small`);
      return at;
    };
    const write = (values: Float32Array | Int32Array) => {
      const at = reserve(values.length);
      // Anew each time: growing the heap makes a new buffer.
      new Uint8Array(memoryOf(backend).buffer).set(
        new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
        at,
      );
      return at;
    };
    return use({ reserve, write });
  });
}
