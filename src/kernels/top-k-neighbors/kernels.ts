// The registry entries of topKNeighbors and of NeighborIndex.
import type { KernelDefinition } from '../registry.js';
import { topKNeighborsComposite } from './composite.js';
import { neighborIndexBuildWasm, neighborIndexSearchWasm } from './index-wasm.js';
import { topKNeighborsCpu } from './reference.js';
import { topKNeighborsWasm } from './wasm.js';
import { topKNeighborsWebGpu } from './webgpu.js';

/** (queries, bank, within?; k) to [squared, rows]; rows no nearer than the last of `within` [Q, k] may be left out. */
export const TOP_K_NEIGHBORS: KernelDefinition = {
  name: 'TopKNeighbors',
  cpu: topKNeighborsCpu,
  wasm: topKNeighborsWasm,
  webgpu: topKNeighborsWebGpu,
  composite: topKNeighborsComposite,
};

/**
 * (bank, sample?; width) to [set, mean, basis]: the bank's sketches in a basis found from the sample, or from the bank itself.
 * (bank, s1, s2) to [set]: in the basis s2 with the mean s1. Only where pruning pays.
 */
export const NEIGHBOR_INDEX_BUILD: KernelDefinition = {
  name: 'NeighborIndexBuild',
  startOf: 'NeighborIndexSearch',
  wasm: neighborIndexBuildWasm,
};

/**
 * (queries, bank, s0 = set, s1 = mean, s2 = basis, within?; k) to [squared, rows]: of all rows, or of those only that are nearer than the
 * last of `within` [Q, k].
 */
export const NEIGHBOR_INDEX_SEARCH: KernelDefinition = { name: 'NeighborIndexSearch', wasm: neighborIndexSearchWasm };
