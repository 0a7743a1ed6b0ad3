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
export { registerKernels } from './list.js';
export { type MahalanobisOptions, mahalanobisBatched } from './mahalanobis-batched/index.js';
export type { Bank, OutsideBank } from './top-k-neighbors/bank.js';
export { topKNeighbors } from './top-k-neighbors/index.js';
export type { Metric, NeighborOptions } from './top-k-neighbors/metric.js';
export { NeighborIndex } from './top-k-neighbors/neighbor-index.js';
export type { Neighbors } from './top-k-neighbors/neighbors.js';
