// The registry entries of covarianceUpdate and covarianceMerge.
import type { KernelDefinition } from '../registry.js';
import { covarianceMergeComposite, covarianceUpdateComposite } from './composite.js';
import { covarianceMergeCpu, covarianceUpdateCpu } from './reference.js';
import { covarianceMergeWasm, covarianceUpdateWasm } from './wasm.js';
import { covarianceUpdateWebGpu } from './webgpu.js';

/** (features, and anchor, offset, scatter unless `images` is 0; images, from, count) to [anchor, offset, scatter]. */
export const COVARIANCE_UPDATE: KernelDefinition = {
  name: 'CovarianceUpdate',
  cpu: covarianceUpdateCpu,
  wasm: covarianceUpdateWasm,
  webgpu: covarianceUpdateWebGpu,
  composite: covarianceUpdateComposite,
};

/** (anchor, offset, scatter, otherAnchor, otherOffset, otherScatter; images, otherImages) to [anchor, offset, scatter]. */
export const COVARIANCE_MERGE: KernelDefinition = {
  name: 'CovarianceMerge',
  cpu: covarianceMergeCpu,
  wasm: covarianceMergeWasm,
  composite: covarianceMergeComposite,
};
