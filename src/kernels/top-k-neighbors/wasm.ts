// topKNeighbors on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { distanceSlack } from '../reduction.js';
import { type KernelCall, matrix, number } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels, withScratch } from '../wasm/module.js';
import { directBlockRows, sketchBlockRows, sketchFloats, usesSketches } from './plan.js';

export function topKNeighborsWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const queries = matrix(call, 'queries');
  const bank = matrix(call, 'bank');
  const k = number(call, 'k');
  const depth = queries.columns;
  const squared = allocate(backend, [queries.rows, k], 'float32');
  const rows = allocate(backend, [queries.rows, k], 'int32');
  const asked = address(backend, queries.info);
  const known = [address(backend, bank.info), bank.rows, 0] as const;
  const outputs = [address(backend, squared), address(backend, rows)] as const;
  const kernels = wasmKernels(backend);
  kernels.clearNeighbors(...outputs, queries.rows * k);
  if (!usesSketches(queries.rows, bank.rows, depth)) {
    kernels.directNeighbors(asked, queries.rows, depth, k, ...known, directBlockRows(depth), ...outputs);
    return [squared, rows];
  }
  const block = Math.min(sketchBlockRows(depth), Math.ceil(bank.rows / 8) * 8);
  const setFloats = sketchFloats(queries.rows, depth);
  const centreFloats = Math.ceil(depth / 4) * 4;
  withScratch(backend, setFloats + centreFloats + sketchFloats(block, depth) + 4 * block, (set) => {
    const centre = set + setFloats * 4;
    const scratch = centre + centreFloats * 4;
    kernels.sketchCentre(known[0], bank.rows, depth, centre);
    kernels.sketchRows(asked, queries.rows, depth, centre, 0, 0, set, 0, queries.rows);
    const { within } = call.inputs;
    const limits = within ? [address(backend, within) + 4 * (k - 1), k] : [0, 0];
    const search = [...known, ...limits, centre, distanceSlack(depth), block, scratch] as const;
    kernels.topKNeighbors(asked, set, queries.rows, depth, k, ...search, ...outputs);
  });
  return [squared, rows];
}
