// The kernels: what anomaly detection needs and stock TensorFlow.js lacks, or has slow, as ops of TensorFlow.js.

export { type CholeskyOptions, choleskyBatched } from './cholesky-batched/index.js';
export {
  type CovarianceState,
  covarianceMean,
  covarianceMerge,
  covarianceUpdate,
  type PositionRange,
} from './covariance-update/index.js';
export { anchorsFrom } from './k-center-greedy/anchors.js';
export { type KCenterOptions, type KCenterResult, kCenterGreedy } from './k-center-greedy/index.js';
export { KCenterStream, type StreamCoreset } from './k-center-greedy/stream.js';
export { registerKernels } from './list.js';
export { type MahalanobisOptions, mahalanobisBatched } from './mahalanobis-batched/index.js';
export { KernelThreads, type ThreadsOptions } from './threads/index.js';
export { type Neighbors, topKNeighbors } from './top-k-neighbors/index.js';
export { NeighborIndex } from './top-k-neighbors/neighbor-index.js';
