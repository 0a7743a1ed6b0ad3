// The one AssemblyScript entry: re-exports every kernel's functions. No static data, no allocation (see scripts/build.mjs).
export { reduceRows, packPanels } from './reduce.as';
export { topKNeighbors, prunedNeighbors } from '../top-k-neighbors/wasm.as';
export { kCenterStart, kCenterAdvance } from '../k-center-greedy/wasm.as';
