// The one AssemblyScript entry: re-exports every kernel's functions. No static data, no allocation (see scripts/build.mjs).
export { projectRows, reduceRows, packPanels } from './reduce.as';
export { topKNeighbors, prunedNeighbors } from '../top-k-neighbors/wasm.as';
export { kCenterReduce, kCenterStart, kCenterAdvance } from '../k-center-greedy/wasm.as';
