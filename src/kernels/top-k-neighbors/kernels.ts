// The registry entries of topKNeighbors and of NeighborIndex.
import type { KernelDefinition } from '../registry.js';
import { topKNeighborsComposite } from './composite.js';
import { neighborIndexBasisWasm, neighborIndexBuildWasm, neighborIndexSearchWasm } from './index-wasm.js';
import { topKNeighborsCpu } from './reference.js';
import { topKNeighborsWasm } from './wasm.js';

/** (queries, bank; k) to [squared, rows]. */
export const TOP_K_NEIGHBORS: KernelDefinition = {
  name: 'TopKNeighbors',
  cpu: topKNeighborsCpu,
  wasm: topKNeighborsWasm,
  composite: topKNeighborsComposite,
};

/** (sample; width) to [mean, basis]. Only where pruning pays. */
export const NEIGHBOR_INDEX_BASIS: KernelDefinition = { name: 'NeighborIndexBasis', wasm: neighborIndexBasisWasm };

/** (bank, mean, basis) to [set]: the bank's sketches. */
export const NEIGHBOR_INDEX_BUILD: KernelDefinition = { name: 'NeighborIndexBuild', wasm: neighborIndexBuildWasm };

/** (queries, bank, mean, basis, set, within?; k) to [squared, rows], of rows nearer than the last of `within` [Q, k] only. */
export const NEIGHBOR_INDEX_SEARCH: KernelDefinition = { name: 'NeighborIndexSearch', wasm: neighborIndexSearchWasm };
