// The one AssemblyScript entry: re-exports every kernel's functions. No static data, no allocation (see scripts/build.mjs).

export { kCenterAdvance, kCenterStart } from '../k-center-greedy/wasm.as';
export { prunedNeighbors, topKNeighbors } from '../top-k-neighbors/wasm.as';
export { packPanels, reduceRows } from './reduce.as';
