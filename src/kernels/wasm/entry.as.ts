// The one AssemblyScript entry: re-exports every kernel's functions. No static data, no allocation (see scripts/build.mjs).

export { kCenterAdvance, kCenterReduce, kCenterStart, kCenterUnit } from '../k-center-greedy/wasm.as';
export { prunedNeighbors, topKNeighbors } from '../top-k-neighbors/wasm.as';
export { packPanels, projectRows, reduceRows } from './reduce.as';
