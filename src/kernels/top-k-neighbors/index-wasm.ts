// The two kernels of NeighborIndex on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { distanceSlack, principalBasis } from '../reduction.js';
import { input, type KernelCall, matrix, matrixTensor, number } from '../registry.js';
import { address, allocate, type WasmBackend, wasmBackend, wasmKernels, withScratch } from '../wasm/module.js';
import { packBasis, reduceRows } from '../wasm/reduce.js';
import { INDEX_BLOCK_ROWS, REDUCE_ROWS, sketchFloats } from './plan.js';

/** A basis on the heap: the mean [D], and the directions [width, D] in panels of 8. */
interface PackedBasis {
  readonly mean: TensorInfo;
  readonly basis: TensorInfo;
}

export function neighborIndexBuildWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { s1: mean, s2: basis, sample } = call.inputs;
  if (mean && basis) return [sketched(call, backend, { mean, basis })];
  const width = number(call, 'width');
  const directions = principalBasis(matrixTensor(call, sample ? 'sample' : 'bank'), width, [width - 1]);
  const packed = packBasis(backend, directions);
  return [sketched(call, backend, packed), packed.mean, packed.basis];
}

function sketched(call: KernelCall, backend: WasmBackend, packed: PackedBasis): TensorInfo {
  const { info, rows } = matrix(call, 'bank');
  const [width = 0] = packed.basis.shape;
  const set = allocate(backend, [sketchFloats(rows, width)], 'float32');
  sketchReduced(backend, address(backend, info), rows, packed, 1, address(backend, set));
  return set;
}

/** Fills a set with the sketches of rows in a basis. */
function sketchReduced(
  backend: WasmBackend,
  rows: number,
  total: number,
  { mean, basis }: PackedBasis,
  panels: 0 | 1,
  set: number,
): void {
  const [width = 0, depth = 0] = basis.shape;
  const kernels = wasmKernels(backend);
  const side = { basis: { width, depth }, mean: address(backend, mean), panels: address(backend, basis) };
  withScratch(backend, REDUCE_ROWS * (width + 1) + width, (out) => {
    const errors = out + REDUCE_ROWS * width * 4;
    const origin = errors + REDUCE_ROWS * 4;
    kernels.sketchCentre(origin, 0, width, origin);
    for (let from = 0; from < total; from += REDUCE_ROWS) {
      const count = Math.min(REDUCE_ROWS, total - from);
      reduceRows(backend, { ...side, rows: rows + from * depth * 4, count, out }, errors);
      kernels.sketchRows(out, count, width, origin, errors, panels, set, from, total);
    }
  });
}

export function neighborIndexSearchWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const kernels = wasmKernels(backend);
  const queries = matrix(call, 'queries');
  const bank = matrix(call, 'bank');
  const basis = matrix(call, 's2');
  const packed = { mean: input(call, 's1'), basis: basis.info };
  const width = basis.rows;
  const k = number(call, 'k');
  const squared = allocate(backend, [queries.rows, k], 'float32');
  const rows = allocate(backend, [queries.rows, k], 'int32');
  const outputs = [address(backend, squared), address(backend, rows)] as const;
  const block = Math.min(INDEX_BLOCK_ROWS, Math.ceil(bank.rows / 8) * 8);
  const setFloats = sketchFloats(queries.rows, width);
  const { within } = call.inputs;
  withScratch(backend, setFloats + 4 * block + queries.rows, (set) => {
    const values = set + setFloats * 4;
    const limits = values + 16 * block;
    const asked = address(backend, queries.info);
    sketchReduced(backend, asked, queries.rows, packed, 0, set);
    const side = [asked, set, queries.rows, queries.columns, k] as const;
    const known = [address(backend, bank.info), address(backend, input(call, 's0')), bank.rows, width] as const;
    kernels.sketchLimits(...side, ...known, block, values, within ? address(backend, within) : 0, ...outputs, limits);
    kernels.clearNeighbors(...outputs, queries.rows * k);
    kernels.searchSketches(...side, ...known, 0, limits, 1, distanceSlack(queries.columns), block, values, ...outputs);
  });
  return [squared, rows];
}
