// Calls reduceRows: rows of a tensor into a basis, on the wasm heap.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type Basis, rounding } from '../reduction.js';
import { address, allocate, type WasmBackend, wasmKernels, withScratch, write } from './module.js';

/** A basis on the heap: [mean (depth floats)] and the directions in panels of 8. */
export function packBasis(backend: WasmBackend, basis: Basis): { mean: TensorInfo; basis: TensorInfo } {
  const { width, depth } = basis;
  const mean = write(backend, basis.mean, [depth]);
  const packed = allocate(backend, [width, depth], 'float32');
  const directions = write(backend, basis.directions, [width, depth]);
  wasmKernels(backend).packPanels(address(backend, directions), width, depth, address(backend, packed));
  backend.disposeData(directions.dataId);
  return { mean, basis: packed };
}

export interface Projection {
  /** Address of [count, depth]. */
  readonly rows: number;
  readonly count: number;
  readonly basis: Pick<Basis, 'width' | 'depth'>;
  /** Addresses of what packBasis made. */
  readonly mean: number;
  readonly panels: number;
  /** Address of [count rounded up to 4, width]. */
  readonly out: number;
}

/** Projects rows, then hands the address of their squared norms (float64 [count]) to `finish`. */
export function projectRows(backend: WasmBackend, projection: Projection, finish: (norms: number) => void): void {
  const { rows, count, basis, mean, panels, out } = projection;
  withScratch(backend, 4 * basis.depth + 2 * count + 2, (scratch) => {
    const norms = Math.ceil(scratch / 8) * 8;
    const centred = norms + 8 * count;
    wasmKernels(backend).projectRows(rows, count, basis.depth, mean, panels, basis.width, centred, out, norms);
    finish(norms);
  });
}

/** Projects rows, with the norm of what is left in the last place, and puts their errors at address `errors`, float32 [count]. */
export function reduceRows(backend: WasmBackend, projection: Projection, errors: number): void {
  const { count, basis, out } = projection;
  const { projectionError, residualError } = rounding(basis);
  projectRows(backend, projection, (norms) => {
    wasmKernels(backend).reduceRows(out, norms, count, basis.width, projectionError, residualError, errors);
  });
}
