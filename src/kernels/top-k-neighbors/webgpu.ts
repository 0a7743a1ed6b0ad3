// topKNeighbors on tfjs's webgpu backend: distances of one block at a time, merged into the lists of its queries.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type KernelCall, matrix, number } from '../registry.js';
import { allocate, webGpuBackend, withScratch } from '../webgpu/backend.js';
import { type Part, type Pass, runPasses, spread, u32 } from '../webgpu/passes.js';
import { type Blocks, gpuBlocks, gpuTile } from './plan.js';
import { distancesWgsl, SELECT_WGSL } from './wgsl.js';

export function topKNeighborsWebGpu(call: KernelCall): TensorInfo[] {
  const { rows, columns } = matrix(call, 'queries');
  const { maxStorageBufferBindingSize } = webGpuBackend(call.backend).device.limits;
  return searchInBlocks(call, gpuBlocks(rows, matrix(call, 'bank').rows, columns, maxStorageBufferBindingSize));
}

/** @param blocks rows of each side at a time; multiples of 64, so that blocks start where a buffer may be bound */
export function searchInBlocks(call: KernelCall, blocks: Blocks): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const queries = matrix(call, 'queries');
  const bank = matrix(call, 'bank');
  const depth = queries.columns;
  const k = number(call, 'k');
  const squared = allocate(backend, [queries.rows, k], 'float32');
  const rows = allocate(backend, [queries.rows, k], 'int32');
  const isOneBlock = bank.rows <= blocks.bank;
  const most = { queries: Math.min(blocks.queries, queries.rows), bank: Math.min(blocks.bank, pad(bank.rows)) };
  const tile = gpuTile(most.queries);
  const source = distancesWgsl(tile, depth % 4 === 0);
  // A list is read and written in turns; with one block it is never read.
  const listSize = isOneBlock ? 1 : most.queries * k;
  withScratch(backend, [most.queries * most.bank, listSize, listSize], (distances, scratchSquared, scratchRows) => {
    const scratch = { squared: scratchSquared, rows: scratchRows };
    for (let query = 0; query < queries.rows; query += blocks.queries) {
      const count = Math.min(blocks.queries, queries.rows - query);
      const asked = part(queries.info, query, count, depth);
      const written = { squared: part(squared, query, count, k), rows: part(rows, query, count, k) };
      const passes: Pass[] = [];
      const turns = Math.ceil(bank.rows / blocks.bank);
      for (let turn = 0; turn < turns; turn++) {
        const first = turn * blocks.bank;
        const size = Math.min(blocks.bank, bank.rows - first);
        const stride = pad(size);
        passes.push({
          name: 'TopKNeighbors',
          source,
          buffers: [asked, part(bank.info, first, size, depth), distances],
          uniforms: [u32(count), u32(size), u32(depth), u32(stride)],
          groups: [Math.ceil(size / (8 * tile.across)), Math.ceil(count / (8 * tile.down))],
        });
        // The last turn writes the output.
        const isOutput = (turns - turn) % 2 === 1;
        const [from, to] = isOutput ? [scratch, written] : [written, scratch];
        passes.push({
          name: 'TopKNeighbors',
          source: SELECT_WGSL,
          buffers: [distances, from.squared, from.rows, to.squared, to.rows],
          uniforms: [u32(count), u32(size), u32(stride), u32(first), u32(k), u32(turn === 0 ? 0 : k)],
          groups: spread(backend, count),
        });
      }
      runPasses(backend, passes);
    }
  });
  return [squared, rows];
}

function pad(rows: number): number {
  return Math.ceil(rows / 64) * 64;
}

function part(tensor: TensorInfo, first: number, rows: number, columns: number): Part {
  return { tensor, from: 4 * first * columns, bytes: 4 * rows * columns };
}
