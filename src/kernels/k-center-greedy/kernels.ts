// The registry entries of kCenterGreedy. A run's state is a list of tensors that only the backend's own kernels understand.
import type { KernelDefinition } from '../registry.js';
import { kCenterAdvanceComposite, kCenterStartComposite } from './composite.js';
import { kCenterAdvanceCpu, kCenterStartCpu } from './reference.js';
import { kCenterAdvanceWasm, kCenterStartWasm } from './wasm.js';
import { kCenterAdvanceWebGpu, kCenterStartWebGpu } from './webgpu.js';

/**
 * (features [N, D], anchors [N]; count, bounds) to [s0, s1, ...], the state: one tensor at least. At most `count` picks will be
 * made; `bounds` 1 or 0, whether to prepare what makes many picks fast, where the backend has such a thing.
 */
export const K_CENTER_START: KernelDefinition = {
  name: 'KCenterGreedyStart',
  startOf: 'KCenterGreedy',
  cpu: kCenterStartCpu,
  wasm: kCenterStartWasm,
  webgpu: kCenterStartWebGpu,
  composite: kCenterStartComposite,
};

/**
 * (features, s0, s1, ...; from, to) to [indices, radii], both [to - from], of the picks from .. to, and, unless the state was
 * changed in place, the new state. Once every distance is 0 the places left hold -1 and 0.
 */
export const K_CENTER_ADVANCE: KernelDefinition = {
  name: 'KCenterGreedy',
  cpu: kCenterAdvanceCpu,
  wasm: kCenterAdvanceWasm,
  webgpu: kCenterAdvanceWebGpu,
  composite: kCenterAdvanceComposite,
};
