// Calls reduceRows: rows of a tensor into a basis, on the wasm heap.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type Basis, rounding } from '../reduction.js';
import { address, allocate, type WasmBackend, wasmKernels, withScratch } from './module.js';

/** A basis on the heap: [mean (depth floats)] and the directions in panels of 8. */
export function packBasis(backend: WasmBackend, basis: Basis): { mean: TensorInfo; basis: TensorInfo } {
  const { width, depth } = basis;
  const mean = { dataId: backend.write(basis.mean, [depth], 'float32'), shape: [depth], dtype: 'float32' as const };
  const packed = allocate(backend, [width, depth], 'float32');
  const directions = backend.write(basis.directions, [width, depth], 'float32');
  const from = address(backend, { dataId: directions, shape: [width, depth], dtype: 'float32' });
  wasmKernels(backend).packPanels(from, width, depth, address(backend, packed));
  backend.disposeData(directions);
  return { mean, basis: packed };
}

export interface ReduceCall {
  /** Address of [count, depth]. */
  readonly rows: number;
  readonly count: number;
  readonly basis: Pick<Basis, 'width' | 'depth'>;
  readonly mean: number;
  readonly panels: number;
  readonly scale: number;
  /** Address of [count rounded up to 4, width]. */
  readonly out: number;
  /** Address of [count]. */
  readonly terms: number;
}

export function reduceRows(backend: WasmBackend, call: ReduceCall): void {
  const { width, depth } = call.basis;
  const { projectionError, residualError, keep, penalty } = rounding(call.basis);
  withScratch(backend, 4 * depth, (centred) => {
    const { rows, count, mean, panels, scale, out, terms } = call;
    const bound = [projectionError, residualError, keep, penalty];
    wasmKernels(backend).reduceRows(rows, count, depth, mean, panels, width, ...bound, scale, centred, out, terms);
  });
}
