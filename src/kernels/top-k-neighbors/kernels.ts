// The registry entries of topKNeighbors and of NeighborIndex.
import type { KernelDefinition } from '../registry.js';
import { topKNeighborsComposite } from './composite.js';
import { topKNeighborsCpu } from './reference.js';
import { neighborIndexBuildWasm, neighborIndexSearchWasm, topKNeighborsWasm } from './wasm.js';
import { topKNeighborsWebGpu } from './webgpu.js';

/** (queries, bank; k) to [squared, rows]. */
export const TOP_K_NEIGHBORS: KernelDefinition = {
  name: 'TopKNeighbors',
  cpu: topKNeighborsCpu,
  wasm: topKNeighborsWasm,
  webgpu: topKNeighborsWebGpu,
  composite: topKNeighborsComposite,
};

/** (bank; width) to [mean, basis, panels, terms]. Only where pruning pays. */
export const NEIGHBOR_INDEX_BUILD: KernelDefinition = { name: 'NeighborIndexBuild', wasm: neighborIndexBuildWasm };

/** (queries, bank, mean, basis, panels, terms; k) to [squared, rows]. */
export const NEIGHBOR_INDEX_SEARCH: KernelDefinition = { name: 'NeighborIndexSearch', wasm: neighborIndexSearchWasm };
