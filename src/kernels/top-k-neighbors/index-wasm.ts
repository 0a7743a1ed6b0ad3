// The steps of NeighborIndex on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { distanceSlack, principalBasis } from '../reduction.js';
import { input, type KernelCall, matrix, matrixTensor, number } from '../registry.js';
import { address, allocate, type WasmBackend, wasmBackend, wasmKernels, withScratch } from '../wasm/module.js';
import { packBasis, reduceRows } from '../wasm/reduce.js';
import { INDEX_BLOCK_ROWS, REDUCE_ROWS, sketchFloats } from './plan.js';

export function neighborIndexBasisWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const width = number(call, 'width');
  const { mean, basis } = packBasis(backend, principalBasis(matrixTensor(call, 'sample'), width, [width - 1]));
  return [mean, basis];
}

export function neighborIndexBuildWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { info, rows } = matrix(call, 'bank');
  const set = allocate(backend, [sketchFloats(rows, matrix(call, 'basis').rows)], 'float32');
  sketchReduced(call, backend, address(backend, info), rows, 1, address(backend, set));
  return [set];
}

/** The sketches of rows in the call's basis. */
function sketchReduced(
  call: KernelCall,
  backend: WasmBackend,
  rows: number,
  total: number,
  panels: 0 | 1,
  set: number,
): void {
  const { info, rows: width, columns: depth } = matrix(call, 'basis');
  const mean = address(backend, input(call, 'mean'));
  withScratch(backend, (REDUCE_ROWS + 1) * width + REDUCE_ROWS, (out) => {
    const errors = out + REDUCE_ROWS * width * 4;
    const origin = errors + REDUCE_ROWS * 4;
    wasmKernels(backend).sketchCentre(origin, 0, width, origin);
    for (let from = 0; from < total; from += REDUCE_ROWS) {
      const count = Math.min(REDUCE_ROWS, total - from);
      const at = rows + from * depth * 4;
      reduceRows(
        backend,
        { rows: at, count, basis: { width, depth }, mean, panels: address(backend, info), out },
        errors,
      );
      wasmKernels(backend).sketchRows(out, count, width, origin, errors, panels, set, from, total);
    }
  });
}

export function neighborIndexSearchWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const kernels = wasmKernels(backend);
  const queries = matrix(call, 'queries');
  const bank = matrix(call, 'bank');
  const width = matrix(call, 'basis').rows;
  const k = number(call, 'k');
  const squared = allocate(backend, [queries.rows, k], 'float32');
  const rows = allocate(backend, [queries.rows, k], 'int32');
  const outputs = [address(backend, squared), address(backend, rows)] as const;
  const block = Math.min(INDEX_BLOCK_ROWS, Math.ceil(bank.rows / 8) * 8);
  const setFloats = sketchFloats(queries.rows, width);
  withScratch(backend, setFloats + 4 * block + queries.rows, (set) => {
    const values = set + setFloats * 4;
    const limits = values + 16 * block;
    const asked = address(backend, queries.info);
    sketchReduced(call, backend, asked, queries.rows, 0, set);
    const side = [asked, set, queries.rows, queries.columns, k] as const;
    const known = [address(backend, bank.info), address(backend, input(call, 'set')), bank.rows, width] as const;
    const within = call.inputs.within ? address(backend, call.inputs.within) : 0;
    kernels.sketchLimits(...side, ...known, block, values, within, ...outputs, limits);
    kernels.clearNeighbors(...outputs, queries.rows * k);
    kernels.searchSketches(...side, ...known, 0, limits, distanceSlack(queries.columns), block, values, ...outputs);
  });
  return [squared, rows];
}
