// topKNeighbors and the pruned search on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { principalBasis, rounding } from '../reduction.js';
import { input, type KernelCall, matrix, matrixTensor, number } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels, withScratch } from '../wasm/module.js';
import { packBasis, reduceRows } from '../wasm/reduce.js';
import { bankBlockRows, tileQueries } from './plan.js';

export function topKNeighborsWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const queries = matrix(call, 'queries');
  const bank = matrix(call, 'bank');
  const k = number(call, 'k');
  const squared = allocate(backend, [queries.rows, k], 'float32');
  const rows = allocate(backend, [queries.rows, k], 'int32');
  const depth = queries.columns;
  const sides = [address(backend, queries.info), queries.rows, address(backend, bank.info), bank.rows];
  const outputs = [address(backend, squared), address(backend, rows)];
  wasmKernels(backend).topKNeighbors(...sides, depth, k, bankBlockRows(depth), ...outputs);
  return [squared, rows];
}

/** The basis of a bank, and the bank in it: panels [ceil(M / 8), width, 8] and terms [M rounded up to 8]. */
export function neighborIndexBuildWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const bank = matrix(call, 'bank');
  const width = number(call, 'width');
  const { mean, basis } = packBasis(backend, principalBasis(matrixTensor(call, 'bank'), width, [width - 1]));
  const padded = Math.ceil(bank.rows / 8) * 8;
  const panels = allocate(backend, [padded / 8, width, 8], 'float32');
  const terms = {
    dataId: backend.write(new Float32Array(padded).fill(Number.POSITIVE_INFINITY), [padded], 'float32'),
    shape: [padded],
    dtype: 'float32' as const,
  };
  const group = 1024;
  withScratch(backend, group * width, (out) => {
    for (let from = 0; from < bank.rows; from += group) {
      const count = Math.min(group, bank.rows - from);
      const projection = {
        rows: address(backend, bank.info) + from * bank.columns * 4,
        count,
        basis: { width, depth: bank.columns },
        mean: address(backend, mean),
        panels: address(backend, basis),
        out,
      };
      reduceRows(backend, projection, 1, address(backend, terms) + from * 4);
      wasmKernels(backend).packPanels(out, count, width, address(backend, panels) + from * width * 4);
    }
  });
  return [mean, basis, panels, terms];
}

export function neighborIndexSearchWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const queries = matrix(call, 'queries');
  const bank = matrix(call, 'bank');
  const basisInput = matrix(call, 'basis');
  const k = number(call, 'k');
  const depth = queries.columns;
  const width = basisInput.rows;
  const basis = { width, depth };
  const tile = tileQueries(bank.rows);
  const padded = Math.ceil(queries.rows / tile) * tile;
  const squared = allocate(backend, [queries.rows, k], 'float32');
  const rows = allocate(backend, [queries.rows, k], 'int32');
  const boundFloats = tile * Math.ceil(bank.rows / 8) * 8;
  withScratch(backend, padded * (width + 1) + boundFloats, (reduced) => {
    const terms = reduced + padded * width * 4;
    const bounds = terms + padded * 4;
    const at = address(backend, queries.info);
    const projection = {
      rows: at,
      count: queries.rows,
      basis,
      mean: address(backend, input(call, 'mean')),
      panels: address(backend, basisInput.info),
      out: reduced,
    };
    reduceRows(backend, projection, rounding(basis).cross, terms);
    const sides = [at, queries.rows, address(backend, bank.info), bank.rows];
    const index = [address(backend, input(call, 'panels')), address(backend, input(call, 'terms'))];
    const outputs = [address(backend, squared), address(backend, rows)];
    const search = wasmKernels(backend).prunedNeighbors;
    search(...sides, depth, k, reduced, terms, ...index, width, tile, bounds, ...outputs);
  });
  return [squared, rows];
}
